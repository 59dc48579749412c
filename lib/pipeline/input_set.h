// The inputs of a sweep: which samples of a dataset, preprocessed for the network.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/event_sink.h"
#include "core/dataset.h"
#include "core/manifest.h"
#include "core/tensor.h"

namespace splitbench {

// One sample, ready to run.
struct PreparedInput {
  std::optional<Tensor> image;  // uint8, resized and cropped: what server-only sends
  Tensor tensor;                // float32, what the network eats
  std::optional<int> label;
};

// A sample that could not be read.
struct SkippedInput {
  std::size_t index = 0;
  std::string reason;
};

// `limit` indices below `size`, drawn by the seed and ascending; all of them for 0 or a larger one.
std::vector<std::size_t> choose_samples(std::size_t size, std::size_t limit, std::uint64_t seed);

// The network's input from a sample. Throws Error{kBadInput}, naming the sample, when it is
// damaged, does not fit `input`, or has a label of `classes` or more (0: unknown number of
// classes).
PreparedInput prepare_input(const Sample& sample, const std::optional<Preprocess>& preprocess,
                            const TensorSpec& input, std::size_t classes);

// One tensor from several of batch 1, along the first dimension.
Tensor stack_batch(const std::vector<const Tensor*>& parts);
// The reverse: item `i` of a batch, sharing its storage.
Tensor batch_item(const Tensor& batch, std::size_t i);

}  // namespace splitbench
