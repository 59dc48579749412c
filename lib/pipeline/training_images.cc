#include "pipeline/training_images.h"

#include <algorithm>
#include <atomic>
#include <utility>

#include "base/error.h"
#include "base/nearest.h"
#include "base/rng.h"
#include "pipeline/parallel_for.h"

namespace splitbench {
namespace {

constexpr std::int64_t kShiftPart = 14;  // of the shorter side
constexpr std::size_t kMapDimensions = 4;

struct Move {
  std::int64_t rows = 0, columns = 0;
  bool mirrored = false;
};

Move drawn_move(const Shape& shape, const Augmentation& augmentation, std::uint64_t seed) {
  Rng rng(seed);
  Move move;
  const std::int64_t reach = std::min(shape[2], shape[3]) / kShiftPart;
  const auto shift = [&] {
    return static_cast<std::int64_t>(rng.below(static_cast<std::uint64_t>(2 * reach + 1))) - reach;
  };
  if (augmentation.shift) {
    move.rows = shift();
    move.columns = shift();
  }
  if (augmentation.flip) move.mirrored = rng.below(2) == 1;
  return move;
}

Tensor moved(const Tensor& input, const Move& move) {
  const std::int64_t rows = input.shape()[2], columns = input.shape()[3];
  const std::int64_t planes = input.shape()[0] * input.shape()[1];
  Tensor output = Tensor::allocate(input.spec());
  float* out = output.mutable_as<float>();
  for (std::int64_t p = 0; p < planes; ++p) {
    const float* plane = input.as<float>() + p * rows * columns;
    for (std::int64_t r = 0; r < rows; ++r) {
      const float* row = plane + std::clamp<std::int64_t>(r + move.rows, 0, rows - 1) * columns;
      for (std::int64_t c = 0; c < columns; ++c) {
        const std::int64_t from = std::clamp<std::int64_t>(c + move.columns, 0, columns - 1);
        *out++ = row[move.mirrored ? columns - 1 - from : from];
      }
    }
  }
  return output;
}

}  // namespace

const std::vector<std::string>& augmentation_names() {
  static const std::vector<std::string> names = {"none", "flip", "shift", "flip-shift"};
  return names;
}

Augmentation parse_augmentation(const std::string& name) {
  const std::vector<std::string>& names = augmentation_names();
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) {
    throw bad_input("unknown augmentation '" + name + "'" + suggestion(name, names));
  }
  return {name.find("flip") != std::string::npos, name.find("shift") != std::string::npos};
}

TrainingImages::TrainingImages(const Dataset& dataset, std::vector<std::size_t> samples,
                               InputRules rules)
    : dataset_(dataset), samples_(std::move(samples)), rules_(std::move(rules)) {}

PreparedInput TrainingImages::prepared(std::size_t position) const {
  if (position < kept_.size()) return kept_[position];
  return prepare_input(dataset_.load(samples_.at(position)), rules_.preprocess, rules_.input,
                       rules_.classes);
}

void TrainingImages::load(int threads, std::size_t memory_bytes, const std::string& what,
                          EventSink& events) {
  const std::size_t room = memory_bytes / std::max<std::size_t>(rules_.input.bytes(), 1);
  std::vector<PreparedInput> loaded(std::min(samples_.size(), room));
  std::atomic<std::size_t> done{0};
  parallel_for(loaded.size(), threads, [&](std::size_t i) {
    loaded[i] = prepared(i);
    // Only whether it was a picture is asked later.
    if (loaded[i].image) loaded[i].image = Tensor();
    const std::size_t count = ++done;
    if (count % 256 == 0 || count == loaded.size()) {
      events.progress({"read", count, loaded.size(), "images", what});
    }
  });
  kept_ = std::move(loaded);
}

Tensor TrainingImages::augmented(const Tensor& input, const Augmentation& augmentation,
                                 std::uint64_t seed) const {
  if (!augmentation.flip && !augmentation.shift) return input;
  if (input.shape().size() != kMapDimensions) return input;
  const Move move = drawn_move(input.shape(), augmentation, seed);
  if (move.rows == 0 && move.columns == 0 && !move.mirrored) return input;
  return moved(input, move);
}

TrainingBatch TrainingImages::batch(const std::vector<std::size_t>& positions,
                                    const Augmentation& augmentation, std::uint64_t seed) const {
  std::vector<Tensor> inputs;
  TrainingBatch batch;
  for (const std::size_t position : positions) {
    PreparedInput input = prepared(position);
    inputs.push_back(input.image
                         ? augmented(input.tensor, augmentation, mixed_seed({seed, position}))
                         : input.tensor);
    if (labelled() && input.label) batch.labels.push_back(*input.label);
  }
  if (batch.labels.size() != positions.size() && labelled()) {
    throw bad_input(dataset_.spec() + ": some samples have no label");
  }
  std::vector<const Tensor*> parts;
  for (const Tensor& input : inputs) parts.push_back(&input);
  batch.inputs = stack_batch(parts);
  return batch;
}

}  // namespace splitbench
