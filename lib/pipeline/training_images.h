// The images of a training, ready for the network, in the batches in which they are wanted.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/event_sink.h"
#include "core/dataset.h"
#include "core/manifest.h"
#include "core/training.h"
#include "pipeline/input_set.h"

namespace splitbench {

// What happens to a picture each time it is shown, drawn anew: mirrored or not; shifted by up to a
// fourteenth of its shorter side (2 of 28, 16 of 224), its edges continued.
struct Augmentation {
  bool flip = false;
  bool shift = false;
};

// "none", "flip", "shift", "flip-shift".
const std::vector<std::string>& augmentation_names();
Augmentation parse_augmentation(const std::string& name);

// How samples become inputs.
struct InputRules {
  std::optional<Preprocess> preprocess;
  TensorSpec input;         // batch 1
  std::size_t classes = 0;  // 0: unknown
};

class TrainingImages {
 public:
  // Those samples of `dataset`, which must outlive this.
  TrainingImages(const Dataset& dataset, std::vector<std::size_t> samples, InputRules rules);

  // Reads and prepares images on so many threads and keeps as many as `memory_bytes` hold; the
  // others are read whenever they are wanted. Throws Error{kBadInput} for a sample that is damaged,
  // does not fit, or has a label that the network does not know.
  void load(int threads, std::size_t memory_bytes, const std::string& what, EventSink& events);

  std::size_t size() const { return samples_.size(); }
  bool labelled() const { return dataset_.labelled(); }

  // The images at these positions, 0 to size() - 1; without labels when the dataset has none. What
  // is drawn depends on the seed and the position alone. Thread-safe.
  TrainingBatch batch(const std::vector<std::size_t>& positions, const Augmentation& augmentation,
                      std::uint64_t seed) const;

 private:
  PreparedInput prepared(std::size_t position) const;
  Tensor augmented(const Tensor& input, const Augmentation& augmentation, std::uint64_t seed) const;

  const Dataset& dataset_;
  std::vector<std::size_t> samples_;
  InputRules rules_;
  std::vector<PreparedInput> kept_;  // of the first positions
};

}  // namespace splitbench
