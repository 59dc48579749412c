// In which order the cells of a race see the images.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "pipeline/capture_images.h"
#include "pipeline/image_batches.h"

namespace splitbench {

// The batches of a race over these images (core/race_batches.h). `classes`: of the model's answers.
ImageBatches race_order(const EvaluationSet& inputs, int classes, std::uint64_t seed);

// Tells one order from another.
std::uint64_t order_digest(const ImageBatches& order);

// The batches of a race as the tail of one split takes them.
struct TailBatches {
  ImageBatches batches;
  std::vector<std::size_t> first;  // by batch of the race, and their number at the end
};
TailBatches tail_batches(const ImageBatches& order, std::size_t size);

}  // namespace splitbench
