// bottlefit: BottleFit (Matsubara et al., WoWMoM 2022, arXiv 2201.02693). A small encoder takes the
// place of the first layers; its latent is quantised to 8 bits after training. Networks, losses and
// schedules follow the authors' code; so do the baselines, which its predecessor has (Matsubara et
// al., Head Network Distillation).
//
// The published figures hold at 224 x 224 and a boundary of 512 x 28 x 28. Elsewhere:
//   - The encoder halves the map as often as brings it closest to the decoder's need. One halving
//     is the last convolution's; the first convolution's is the second, the pooling (with the
//     normalisation after it) the third; ver3's middle convolution's comes before the pooling. For
//     more there are convolutions of 2 x 2 before the last one. Without halving these have
//     stride 1.
//   - The encoder is 64 channels wide at inputs of 224 and more, else 64 * side / 224, in steps of
//     8 and at least 16. The decoder is as wide as the boundary.
//   - Each 2 x 2 convolution of the decoder makes the map one smaller or, padded, one larger; as
//     many are padded, the first ones, as lead to the boundary's size. Where that would miss by
//     one, the average pooling at the end is of 3 x 3 and padded, which keeps the size.
//   - The autoencoder's widths are a quarter, an eighth and a sixteenth of the boundary's, but not
//     fewer than the latent has; where a map has become one element, its kernels are of 1 x 1.
// Departures from the authors' code: a frozen encoder normalises with its running statistics (their
// framework keeps moving those); the network's own batch norms never move.
#include <algorithm>
#include <cstdlib>
#include <string>
#include <utility>

#include "base/error.h"
#include "core/option_makers.h"
#include "nn/training_method.h"

namespace splitbench {
namespace {

constexpr int kMostHalvings = 10;
constexpr std::int64_t kPublishedSide = 224, kPublishedWidth = 64, kLeastWidth = 16, kWidthStep = 8;

struct Sizes {
  std::int64_t input = 0;   // channels
  std::int64_t width = 0;   // of the encoder
  std::int64_t hidden = 0;  // of the decoder
  std::int64_t latent = 0;
  bool ver3 = false;  // the latent is half as large again, and the decoder doubles it first
};

void add(NetworkPlan& plan, std::vector<LayerPlan> layers) {
  for (LayerPlan& layer : layers) plan.push_back(std::move(layer));
}

void add_normalised(NetworkPlan& plan, LayerPlan layer) {
  const std::int64_t channels = layer.out;
  add(plan, {std::move(layer), batch_norm(channels), activation(LayerKind::kRelu)});
}

std::int64_t stride(bool halves) { return halves ? 2 : 1; }

NetworkPlan encoder(const Sizes& sizes, int halvings) {
  const bool middle = sizes.ver3 && halvings >= 3;
  const bool pool = halvings >= (sizes.ver3 ? 4 : 3);
  const int before = sizes.ver3 ? 4 : 3;
  NetworkPlan plan;
  add_normalised(plan, convolution(sizes.input, sizes.width, 7, stride(halvings >= 2), 3));
  if (pool) {
    add(plan, {max_pool(3, 2, 1), batch_norm(sizes.width), activation(LayerKind::kRelu)});
  }
  for (int i = before; i < halvings; ++i) {
    add_normalised(plan, convolution(sizes.width, sizes.width, 2, 2, 1));
  }
  if (sizes.ver3) {
    add_normalised(plan, convolution(sizes.width, sizes.hidden, 2, stride(middle), 1));
  }
  const std::int64_t last = sizes.ver3 ? sizes.hidden : sizes.width;
  add(plan, {convolution(last, sizes.latent, 2, stride(halvings >= 1), 1)});
  return plan;
}

// How the convolutions of 2 x 2 and the pooling come to a size along one dimension.
struct Padding {
  std::int64_t padded = 0;  // so many of the convolutions
  bool keeps = false;       // the pooling keeps the size
  bool possible = false;
};

Padding padding_for(std::int64_t from, std::int64_t to, std::int64_t convolutions) {
  Padding padding;
  // `padded` more and the others less by one each, and one less for the pooling that does not keep.
  const std::int64_t twice = to - from + convolutions + 1;
  padding.keeps = twice % 2 != 0;
  padding.padded = (padding.keeps ? twice - 1 : twice) / 2;
  padding.possible = padding.padded >= 0 && padding.padded <= convolutions;
  return padding;
}

struct MapSize {
  std::int64_t rows = 0, columns = 0;
};

MapSize map_size(const Shape& shape) { return {shape.at(2), shape.at(3)}; }

std::int64_t decoder_convolutions(const Sizes& sizes) { return sizes.ver3 ? 3 : 4; }

NetworkPlan decoder(const Sizes& sizes, MapSize from, MapSize to, std::int64_t channels) {
  const std::int64_t count = decoder_convolutions(sizes);
  const Padding rows = padding_for(from.rows, to.rows, count);
  const Padding columns = padding_for(from.columns, to.columns, count);
  NetworkPlan plan = {batch_norm(sizes.latent), activation(LayerKind::kRelu)};
  std::int64_t in = sizes.latent;
  if (sizes.ver3) {
    add_normalised(plan, transposed_convolution(in, sizes.hidden, 2, 2));
    in = sizes.hidden;
  }
  for (std::int64_t i = 0; i < count; ++i) {
    LayerPlan layer = convolution(in, i + 1 < count ? sizes.hidden : channels, 2, 1, 0);
    layer.padding = {i < rows.padded ? 1 : 0, i < columns.padded ? 1 : 0};
    in = layer.out;
    if (i + 1 < count) {
      add_normalised(plan, std::move(layer));
    } else {
      add(plan, {std::move(layer)});
    }
  }
  plan.push_back(average_pool({rows.keeps ? 3 : 2, columns.keeps ? 3 : 2}, {1, 1},
                              {rows.keeps ? 1 : 0, columns.keeps ? 1 : 0}));
  return plan;
}

std::int64_t encoder_width(const Shape& input) {
  const std::int64_t side = std::min(input.at(2), input.at(3));
  if (side >= kPublishedSide) return kPublishedWidth;
  const std::int64_t width = kPublishedWidth * side / kPublishedSide;
  return std::max(kLeastWidth, (width + kWidthStep - 1) / kWidthStep * kWidthStep);
}

Sizes sizes_of(const MethodRequest& request) {
  Sizes sizes;
  sizes.input = request.input().at(1);
  sizes.latent = integer_value(request.spec, "channels");
  sizes.width = integer_value(request.spec, "width");
  sizes.hidden = integer_value(request.spec, "decoder-width");
  sizes.ver3 = request.spec.options.at("placement") == "ver3";
  if (sizes.width == 0) sizes.width = encoder_width(request.input());
  if (sizes.hidden == 0) sizes.hidden = request.boundary().at(1);
  return sizes;
}

// How far a latent of this size is from where the published decoder starts.
std::int64_t misfit(const Sizes& sizes, std::int64_t latent, std::int64_t target) {
  return sizes.ver3 ? std::abs(2 * latent - target - 2) : std::abs(latent - target - 1);
}

void plan_bottleneck(const MethodRequest& request, TrainingPlan& plan) {
  const Sizes sizes = sizes_of(request);
  const MapSize target = map_size(request.boundary());
  std::int64_t best = -1;
  MapSize start;
  for (int halvings = 0; halvings <= kMostHalvings; ++halvings) {
    NetworkPlan candidate = encoder(sizes, halvings);
    const MapSize latent = map_size(output_shape(candidate, request.input()));
    const std::int64_t off = std::max(misfit(sizes, latent.rows, target.rows),
                                      misfit(sizes, latent.columns, target.columns));
    if (best >= 0 && off >= best) continue;
    best = off;
    const std::int64_t factor = sizes.ver3 ? 2 : 1;
    start = {factor * latent.rows, factor * latent.columns};
    plan.encoder = std::move(candidate);
  }
  const std::int64_t count = decoder_convolutions(sizes);
  if (!padding_for(start.rows, target.rows, count).possible ||
      !padding_for(start.columns, target.columns, count).possible) {
    throw bad_input("no halving of the input " + shape_text(request.input()) +
                    " leads to feature maps of " + shape_text(request.boundary()));
  }
  plan.encoder_split = "server-only";
  plan.decoder = decoder(sizes, start, target, request.boundary().at(1));
}

void plan_autoencoder(const MethodRequest& request, TrainingPlan& plan) {
  const std::int64_t channels = request.boundary().at(1);
  const std::int64_t latent = integer_value(request.spec, "channels");
  const auto width = [&](std::int64_t part) { return std::max(channels / part, latent); };
  const std::vector<std::int64_t> widths = {channels, width(4), width(8), width(16), latent};
  std::int64_t side = std::min(request.boundary().at(2), request.boundary().at(3));
  std::vector<std::int64_t> kernels;
  for (std::size_t i = 0; i + 1 < widths.size(); ++i) {
    kernels.push_back(side > 1 ? 2 : 1);
    side -= kernels.back() - 1;
    add(plan.encoder,
        {convolution(widths[i], widths[i + 1], kernels.back(), 1, 0), batch_norm(widths[i + 1])});
    if (i + 2 < widths.size()) plan.encoder.push_back(activation(LayerKind::kRelu));
  }
  for (std::size_t i = widths.size() - 1; i > 0; --i) {
    LayerPlan layer = transposed_convolution(widths[i], widths[i - 1], kernels[i - 1], 1);
    if (i > 1) {
      add_normalised(plan.decoder, std::move(layer));
    } else {
      plan.decoder.push_back(std::move(layer));
    }
  }
  plan.encoder_split = request.point().id;
}

void set_labels_only(TrainingStage& stage) { stage.cross_entropy = 1; }

void set_distillation(TrainingStage& stage) {
  stage.cross_entropy = 0.5;
  stage.distillation = 0.5;
}

TrainingStage head_distillation(const MethodRequest& request) {
  TrainingStage stage;
  stage.name = "head-distillation";
  stage.features = 1;
  stage.feature_splits = stage_ends(request.model, request.split);
  stage.drops = {0.5};
  return stage;
}

TrainingStage fine_tuning(bool frozen_encoder) {
  TrainingStage stage;
  stage.name = "fine-tuning";
  stage.train_encoder = !frozen_encoder;
  stage.train_tail = true;
  stage.optimiser = Optimiser::kSgd;
  stage.weight_decay = 5e-4;
  stage.drops = {0.5};
  return stage;
}

// The one stage of vanilla, kd, hnd and autoencoder.
TrainingStage baseline(const std::string& variant, const MethodRequest& request) {
  TrainingStage stage;
  stage.name = variant;
  stage.epochs = 20;
  stage.drops = {0.25, 0.5, 0.75};
  if (variant == "vanilla" || variant == "kd") {
    stage.train_tail = true;
    stage.optimiser = Optimiser::kSgd;
    stage.weight_decay = 1e-4;
    variant == "kd" ? set_distillation(stage) : set_labels_only(stage);
  } else {
    stage.features = 1;
    stage.feature_splits = {request.point().id};
  }
  return stage;
}

bool starts_with(const std::string& text, const std::string& start) {
  return text.compare(0, start.size(), start) == 0;
}

bool ends_with(const std::string& text, const std::string& end) {
  return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

void plan_stages(const std::string& variant, const MethodRequest& request, TrainingPlan& plan) {
  if (!starts_with(variant, "ghnd")) {
    plan.batch = 32;
    plan.stages = {baseline(variant, request)};
    return;
  }
  plan.batch = 64;
  plan.stages = {head_distillation(request)};
  if (variant == "ghnd") return;
  TrainingStage tuning = fine_tuning(ends_with(variant, "-fe"));
  starts_with(variant, "ghnd-kd") ? set_distillation(tuning) : set_labels_only(tuning);
  if (request.spec.options.at("quantiser") == "trained") {
    tuning.latent = LatentTraining::kStraightThrough;
  }
  plan.stages.push_back(std::move(tuning));
}

TrainingPlan plan_bottlefit(const MethodRequest& request) {
  TrainingPlan plan;
  plan.variant = request.spec.options.at("variant");
  plan.bits = integer_value(request.spec, "bits");
  plan.coding = request.spec.options.at("coding") == "entropy" ? LatentCoding::kAffineCoded
                                                               : LatentCoding::kAffine;
  plan_stages(plan.variant, request, plan);
  if (plan.variant == "autoencoder") {
    plan_autoencoder(request, plan);
  } else {
    plan_bottleneck(request, plan);
  }
  return plan;
}

}  // namespace

TrainingMethod bottlefit_method() {
  TrainingMethod method;
  method.name = "bottlefit";
  method.summary =
      "BottleFit: a bottleneck in place of the first layers, trained in two stages; and its "
      "baselines";
  method.options = {
      choice_option("variant",
                    {"ghnd-kd-fe", "ghnd-kd", "ghnd-ft-fe", "ghnd-ft", "ghnd", "vanilla", "kd",
                     "hnd", "autoencoder"},
                    "ghnd-...: features of all later stages first, then fine-tuning by labels (ft) "
                    "or with distillation (kd), the encoder frozen (fe) or not; ghnd: the first "
                    "stage only, without labels; the others are the paper's baselines"),
      integer_option("channels", 3, 1, 1024, "of the latent"),
      integer_option("bits", 8, 1, 8, "of each value of the latent"),
      choice_option("coding", {"fixed", "entropy"},
                    "fixed: `bits` for every value, as published; entropy: coded with a table for "
                    "each channel"),
      choice_option("placement", {"ver2", "ver3"},
                    "where the bottleneck is; ver2 is the paper's default, ver3 has half the rows "
                    "and columns"),
      choice_option("quantiser", {"after", "trained"},
                    "after: quantised after training only, as published; trained: fine-tuning "
                    "sees quantised values"),
      integer_option("width", 0, 0, 4096, "channels of the encoder; 0: by the input's size"),
      integer_option("decoder-width", 0, 0, 4096,
                     "channels of the decoder; 0: as many as the boundary has")};
  method.plan = plan_bottlefit;
  return method;
}

}  // namespace splitbench
