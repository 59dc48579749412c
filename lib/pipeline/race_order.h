// In which order the cells of a race see the images.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/race_claim.h"
#include "pipeline/capture_images.h"
#include "pipeline/image_batches.h"

namespace splitbench {

// The batches of a race over these images (core/race_batches.h). `classes`: of the model's answers.
ImageBatches race_images(const EvaluationSet& inputs, int classes, std::uint64_t seed);

// The right answers: the labels, or where any is missing the uncompressed model's.
std::vector<int> right_answers(const EvaluationSet& inputs);
bool is_right(int answer, int right_answer);

// What the race itself knows of these batches.
RaceOrder race_order(const EvaluationSet& inputs, const ImageBatches& batches);

// Tells one order from another.
std::uint64_t order_digest(const ImageBatches& order);

// The batches of a race as the tail of one split takes them.
struct TailBatches {
  ImageBatches batches;
  std::vector<std::size_t> first;  // by batch of the race, and their number at the end
};
TailBatches tail_batches(const ImageBatches& order, std::size_t size);

}  // namespace splitbench
