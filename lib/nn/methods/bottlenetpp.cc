// bottlenetpp: BottleNet++ (Shao and Zhang, ICC Workshops 2020, arXiv 1910.14315v5). One
// convolution squeezes the boundary of a split, one restores it; between them a noisy channel, as a
// layer that gradients pass straight through. Layers, channels and schedule follow the authors'
// code, with the pairing of encoder and decoder that it means (its last version has the decoders
// swapped).
//
//   - The encoder's convolution sees one plane more, which holds the channel's noise: drawn evenly
//     between 0 and `noise` for each step, 0 in use, where our links lose nothing.
//   - By default one latent channel for 64 of the boundary, as in the paper's runs (2048 to 32).
//   - The network is frozen, or its tail trained too (their phase 3 trains the head as well, which
//     here stays that of the model).
//   - In use the quantiser takes the range of each latent, not 0 to 1.
#include <algorithm>

#include "core/option_makers.h"
#include "nn/training_method.h"

namespace splitbench {
namespace {

constexpr std::int64_t kChannelPart = 64;
constexpr int kPublishedEpochs = 70;

std::int64_t latent_channels(const MethodRequest& request) {
  const std::int64_t wanted = integer_value(request.spec, "channels");
  if (wanted != 0) return wanted;
  return std::max<std::int64_t>(1, request.boundary().at(1) / kChannelPart);
}

TrainingPlan plan_bottlenetpp(const MethodRequest& request) {
  const std::int64_t channels = request.boundary().at(1), latent = latent_channels(request);
  const bool halves = request.spec.options.at("spatial") == "halved";
  const std::string& channel = request.spec.options.at("channel");
  TrainingPlan plan;
  plan.variant = channel;
  plan.encoder_split = request.point().id;
  plan.bits = integer_value(request.spec, "bits");
  plan.coding = request.spec.options.at("coding") == "entropy" ? LatentCoding::kAffineCoded
                                                               : LatentCoding::kAffine;
  LayerPlan condition = activation(LayerKind::kCondition);
  condition.in = channels;
  plan.encoder = {condition,
                  halves ? convolution(channels + 1, latent, 2, 2, 0, true)
                         : convolution(channels + 1, latent, 3, 1, 1, true),
                  batch_norm(latent), activation(LayerKind::kSigmoid)};
  plan.decoder = {halves ? transposed_convolution(latent, channels, 2, 2, true)
                         : convolution(latent, channels, 3, 1, 1, true),
                  batch_norm(channels), activation(LayerKind::kRelu)};
  plan.batch = 32;
  TrainingStage stage;
  stage.name = "bottleneck";
  stage.cross_entropy = 1;
  stage.learning_rate = 1e-4;
  stage.epochs = kPublishedEpochs;
  stage.train_tail = request.spec.options.at("tail") == "trained";
  stage.latent = channel == "erasure"    ? LatentTraining::kErasure
                 : channel == "gaussian" ? LatentTraining::kGaussian
                                         : LatentTraining::kPlain;
  stage.channel_noise = channel == "none" ? 0 : real_value(request.spec, "noise");
  plan.stages = {stage};
  return plan;
}

}  // namespace

TrainingMethod bottlenetpp_method() {
  TrainingMethod method;
  method.name = "bottlenetpp";
  method.summary = "BottleNet++: a convolution on each side of a noisy channel, at any split";
  method.options = {
      choice_option("channel", {"erasure", "gaussian", "none"},
                    "what the latent goes through in training: 8 bits of which some are lost, "
                    "Gaussian noise, or nothing"),
      real_option("noise", 0.01, 0, 10, "of the channel: probability of a lost bit, or deviation"),
      integer_option("channels", 0, 0, 65536, "of the latent; 0: one for 64 of the boundary"),
      choice_option("spatial", {"kept", "halved"}, "rows and columns of the latent"),
      integer_option("bits", 8, 1, 8, "of each value of the latent"),
      choice_option("coding", {"fixed", "entropy"},
                    "fixed: `bits` for every value, as published; entropy: coded with a table for "
                    "each channel"),
      choice_option("tail", {"frozen", "trained"}, "the network behind the split")};
  method.plan = plan_bottlenetpp;
  return method;
}

}  // namespace splitbench
