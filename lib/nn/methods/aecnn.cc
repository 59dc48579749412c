// aecnn: after AECNN (ICC 2023, arXiv 2211.13745), reconstructed from its abstract: channel
// attention finds the most important channels of a split's boundary, these are quantised and
// entropy coded, a light decoder restores the others, and it is trained step by step. Every choice
// that the abstract leaves open is made in this file:
//
//   - Attention is squeeze and excitation (Hu et al. 2018), a sixteenth of the channels hidden, at
//     least 4; 16 is that paper's figure.
//   - The channels are chosen once: those with the highest attention on average over training
//     images. So none has to be named in a stream.
//   - What is sent are the chosen channels times their attention, at 8 bits, with a table of levels
//     for each channel from training images.
//   - By default one channel of 64: with 8 bits for 32 that is the 256 of the abstract before
//     entropy coding.
//   - The decoder is a convolution of 3 x 3, batch norm and ReLU.
//   - Steps: attention alone, then with the tail at a tenth of the rate; then the channels are
//     chosen, and the decoder is trained by labels and the mean squared error of the features; then
//     decoder and tail see quantised values, with labels and distillation. The head stays the
//     model's own.
#include <algorithm>

#include "core/option_makers.h"
#include "nn/training_method.h"

namespace splitbench {
namespace {

constexpr std::int64_t kHiddenPart = 16, kLeastHidden = 4, kChannelPart = 64;
constexpr std::size_t kBatch = 64;

TrainingStage attention_stage(const std::string& name, bool with_tail) {
  TrainingStage stage;
  stage.name = name;
  stage.attention_only = true;
  stage.train_decoder = false;
  stage.train_tail = with_tail;
  stage.cross_entropy = 1;
  stage.learning_rate = with_tail ? 1e-4 : 1e-3;
  return stage;
}

TrainingStage decoder_stage(const MethodRequest& request) {
  TrainingStage stage;
  stage.name = "decoder";
  stage.chooses_channels = true;
  stage.train_encoder = false;
  stage.cross_entropy = 1;
  const double elements = static_cast<double>(element_count(request.boundary()));
  stage.features = 1 / (elements * static_cast<double>(kBatch));
  stage.feature_splits = {request.point().id};
  stage.drops = {0.5};
  stage.epochs = 20;
  return stage;
}

TrainingStage quantised_stage() {
  TrainingStage stage;
  stage.name = "quantised";
  stage.train_encoder = false;
  stage.train_tail = true;
  stage.cross_entropy = 0.5;
  stage.distillation = 0.5;
  stage.latent = LatentTraining::kStraightThrough;
  stage.learning_rate = 1e-4;
  stage.drops = {0.5};
  stage.epochs = 20;
  return stage;
}

TrainingPlan plan_aecnn(const MethodRequest& request) {
  const std::int64_t channels = request.boundary().at(1);
  const std::int64_t wanted = integer_value(request.spec, "channels");
  const std::int64_t kept =
      wanted != 0 ? std::min(wanted, channels) : std::max<std::int64_t>(1, channels / kChannelPart);
  TrainingPlan plan;
  plan.variant = "reconstructed";
  plan.encoder_split = request.point().id;
  plan.bits = integer_value(request.spec, "bits");
  plan.coding = request.spec.options.at("coding") == "fixed" ? LatentCoding::kAffine
                                                             : LatentCoding::kAffineCoded;
  std::vector<std::int64_t> first;  // until they are chosen
  for (std::int64_t i = 0; i < kept; ++i) first.push_back(i);
  plan.encoder = {attention(channels, std::max(kLeastHidden, channels / kHiddenPart)),
                  select_channels(first)};
  plan.decoder = {convolution(kept, channels, 3, 1, 1), batch_norm(channels),
                  activation(LayerKind::kRelu)};
  plan.batch = kBatch;
  plan.stages = {attention_stage("attention", false), attention_stage("attention-and-tail", true),
                 decoder_stage(request), quantised_stage()};
  return plan;
}

}  // namespace

TrainingMethod aecnn_method() {
  TrainingMethod method;
  method.name = "aecnn";
  method.summary =
      "after AECNN, reconstructed from its abstract: the channels that attention finds important";
  method.options = {
      integer_option("channels", 0, 0, 65536, "that are sent; 0: one of 64 of the boundary"),
      integer_option("bits", 8, 1, 8, "of each value of the latent"),
      choice_option("coding", {"entropy", "fixed"},
                    "entropy: coded with a table for each channel; fixed: `bits` for every value")};
  method.plan = plan_aecnn;
  return method;
}

}  // namespace splitbench
