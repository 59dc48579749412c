// entropic-student: Entropic Student (Matsubara et al., WACV 2022; SC2, TMLR 2023). An encoder with
// GDN takes the place of the first layers; a factorised prior is learnt with it, so that rate and
// distortion are traded; then decoder and tail are fine-tuned on rounded latents. Networks, losses
// and schedule follow the authors' code.
//
// The published figures hold at 224 x 224 and a boundary of 256 x 56 x 56. Elsewhere:
//   - Of the two convolutions of 5 x 5 as many halve the map as the boundary asks for, the first
//   one
//     first; for more there are further ones between them, as wide as the second.
//   - Widths of the encoder and the latent are in proportion to the input's shorter side, at most
//     those of the paper, at least 16 and 8. The decoder has two and one time the boundary's.
//   - The decoder's convolutions of 2 x 2 are padded as far as the sizes ask for; where these would
//     miss by one, the last one is of 3 x 3 and padded.
// Departures: the auxiliary loss of the quantiles is replaced by bisection after training, which is
// exact; GDN's parameters are held in their range by projection after each step.
#include <algorithm>

#include "base/error.h"
#include "core/option_makers.h"
#include "nn/training_method.h"

namespace splitbench {
namespace {

constexpr std::int64_t kPublishedSide = 224;
constexpr int kMostHalvings = 8;

std::int64_t in_proportion(std::int64_t published, std::int64_t least, const Shape& input) {
  const std::int64_t side = std::min({input.at(2), input.at(3), kPublishedSide});
  return std::max(least, published * side / kPublishedSide);
}

struct Widths {
  std::int64_t input, first, second, latent;
};

NetworkPlan encoder(const Widths& widths, int halvings) {
  NetworkPlan plan = {convolution(widths.input, widths.first, 5, halvings >= 1 ? 2 : 1, 2),
                      gdn(widths.first)};
  std::int64_t in = widths.first;
  for (int i = 2; i <= std::max(halvings, 2); ++i) {
    plan.push_back(convolution(in, widths.second, 5, i <= halvings ? 2 : 1, 2));
    plan.push_back(gdn(widths.second));
    in = widths.second;
  }
  plan.push_back(convolution(in, widths.latent, 2, 1, 0));
  return plan;
}

// The padding of three convolutions along one dimension.
struct Paddings {
  std::int64_t first = 1, second = 0, third = 1;
  std::int64_t kernel = 2;  // of the third
  bool possible = true;
};

Paddings paddings_for(std::int64_t from, std::int64_t to) {
  switch (to - from) {
    case 1:
      return {1, 0, 1, 2, true};
    case 3:
      return {1, 1, 1, 2, true};
    case -1:
      return {1, 0, 0, 2, true};
    case -3:
      return {0, 0, 0, 2, true};
    case 2:
      return {1, 1, 1, 3, true};
    case 0:
      return {1, 0, 1, 3, true};
    case -2:
      return {0, 0, 1, 3, true};
    default:
      return {0, 0, 0, 2, false};
  }
}

NetworkPlan decoder(const Shape& latent, const Shape& boundary) {
  const Paddings rows = paddings_for(latent[2], boundary[2]);
  const Paddings columns = paddings_for(latent[3], boundary[3]);
  if (!rows.possible || !columns.possible) {
    throw bad_input("no halving of the input leads to feature maps of " + shape_text(boundary));
  }
  const std::int64_t channels = boundary[1];
  LayerPlan first = convolution(latent[1], 2 * channels, 2, 1, 0);
  LayerPlan second = convolution(2 * channels, channels, 2, 1, 0);
  LayerPlan third = convolution(channels, channels, 2, 1, 0);
  first.padding = {rows.first, columns.first};
  second.padding = {rows.second, columns.second};
  third.padding = {rows.third, columns.third};
  third.kernel = {rows.kernel, columns.kernel};
  return {first, gdn(2 * channels, true), second, gdn(channels, true), third};
}

std::int64_t distance(const Shape& latent, const Shape& boundary) {
  return std::max(std::abs(boundary[2] - latent[2] - 1), std::abs(boundary[3] - latent[3] - 1));
}

void plan_networks(const MethodRequest& request, TrainingPlan& plan) {
  const Shape& input = request.input();
  const std::int64_t wanted = integer_value(request.spec, "channels");
  const Widths widths = {input.at(1), in_proportion(96, 16, input), in_proportion(48, 16, input),
                         wanted != 0 ? wanted : in_proportion(24, 8, input)};
  std::int64_t best = -1;
  Shape latent;
  for (int halvings = 0; halvings <= kMostHalvings; ++halvings) {
    NetworkPlan candidate = encoder(widths, halvings);
    Shape shape;
    try {
      shape = output_shape(candidate, input);
    } catch (const Error&) {
      break;  // nothing is left of the map
    }
    if (best >= 0 && distance(shape, request.boundary()) >= best) continue;
    best = distance(shape, request.boundary());
    latent = shape;
    plan.encoder = std::move(candidate);
  }
  plan.decoder = decoder(latent, request.boundary());
}

TrainingPlan plan_entropic_student(const MethodRequest& request) {
  TrainingPlan plan;
  plan.variant = request.spec.options.at("variant");
  plan.encoder_split = "server-only";
  plan.coding = LatentCoding::kFactorised;
  plan.batch = 64;
  plan_networks(request, plan);
  TrainingStage first;
  first.name = "rate-distortion";
  first.features = 1;
  first.feature_splits = stage_ends(request.model, request.split);
  first.rate = real_value(request.spec, "beta");
  first.latent = LatentTraining::kNoise;
  first.drops = {0.5, 0.8};
  plan.stages = {first};
  if (plan.variant == "rate-distortion") return plan;
  TrainingStage second;
  second.name = "fine-tuning";
  second.train_encoder = false;
  second.train_tail = true;
  second.cross_entropy = second.distillation = 0.5;
  second.latent = LatentTraining::kRounded;
  second.optimiser = Optimiser::kSgd;
  second.weight_decay = 5e-4;
  second.drops = {0.5};
  plan.stages.push_back(second);
  return plan;
}

}  // namespace

TrainingMethod entropic_student_method() {
  TrainingMethod method;
  method.name = "entropic-student";
  method.summary =
      "Entropic Student: rate against distortion with a factorised prior, in two stages";
  method.options = {
      real_option("beta", 0.32, 1e-9, 1e9, "weight of a bit against squared errors of features"),
      choice_option("variant", {"fine-tuned", "rate-distortion"},
                    "fine-tuned: both stages; rate-distortion: the first only, without labels"),
      integer_option("channels", 0, 0, 4096,
                     "of the latent; 0: 24 at inputs of 224 and more, in proportion below")};
  method.plan = plan_entropic_student;
  return method;
}

}  // namespace splitbench
