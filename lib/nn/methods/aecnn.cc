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
//   - Steps: attention alone, by labels; then with head and tail at a tenth of the rate; then the
//     channels are chosen, and the decoder is trained by labels and the mean squared error of the
//     features; then all of it sees quantised values, at a tenth of the rate. Where the network's
//     own layers move, half of the loss is distillation, for labels alone made them forget.
//   - The head is trained with the rest: what remains of it must fit into the chosen channels. The
//     device then holds a copy of the head with other weights, which is the bottleneck's encoder.
//     `head=frozen` leaves it and the attention as they are, which is the smaller file and trains
//     faster.
#include <algorithm>

#include "core/option_makers.h"
#include "nn/training_method.h"

namespace splitbench {
namespace {

constexpr std::int64_t kHiddenPart = 16, kLeastHidden = 4, kChannelPart = 64;
constexpr std::size_t kBatch = 64;

TrainingStage attention_stage() {
  TrainingStage stage;
  stage.name = "attention";
  stage.attention_only = true;
  stage.train_decoder = false;
  stage.cross_entropy = 1;
  return stage;
}

// By labels and the teacher, carefully.
void learn_from_both(TrainingStage& stage) {
  stage.cross_entropy = 0.5;
  stage.distillation = 0.5;
  stage.learning_rate = 1e-4;
  stage.drops = {0.5};
}

TrainingStage attended_network_stage(bool with_head) {
  TrainingStage stage = attention_stage();
  stage.name = "attention-and-network";
  stage.train_head = with_head;
  stage.train_tail = true;
  learn_from_both(stage);
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

TrainingStage quantised_stage(bool with_head) {
  TrainingStage stage;
  stage.name = "quantised";
  stage.train_encoder = with_head;
  stage.train_head = with_head;
  stage.train_tail = true;
  learn_from_both(stage);
  stage.latent = LatentTraining::kStraightThrough;
  stage.epochs = 30;
  return stage;
}

TrainingPlan plan_aecnn(const MethodRequest& request) {
  const std::int64_t channels = request.boundary().at(1);
  const std::int64_t wanted = integer_value(request.spec, "channels");
  const std::int64_t kept =
      wanted != 0 ? std::min(wanted, channels) : std::max<std::int64_t>(1, channels / kChannelPart);
  TrainingPlan plan;
  plan.variant = "reconstructed";
  plan.owns_head = request.spec.options.at("head") == "trained";
  plan.encoder_split = plan.owns_head ? "server-only" : request.point().id;
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
  plan.stages = {attention_stage(), attended_network_stage(plan.owns_head), decoder_stage(request),
                 quantised_stage(plan.owns_head)};
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
                    "entropy: coded with a table for each channel; fixed: `bits` for every value"),
      choice_option("head", {"trained", "frozen"}, "the network in front of the split")};
  method.plan = plan_aecnn;
  return method;
}

}  // namespace splitbench
