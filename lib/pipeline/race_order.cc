#include "pipeline/race_order.h"

#include <algorithm>
#include <utility>

#include "core/race_batches.h"

namespace splitbench {

std::vector<int> right_answers(const EvaluationSet& inputs) {
  if (!inputs.labelled()) return inputs.baseline;
  std::vector<int> answers;
  for (const std::optional<int>& label : inputs.labels) answers.push_back(*label);
  return answers;
}

bool is_right(int answer, int right_answer) {
  return answer != kNoAnswer && answer == right_answer;
}

ImageBatches race_images(const EvaluationSet& inputs, int classes, std::uint64_t seed) {
  const std::vector<int> answers = right_answers(inputs);
  std::vector<RaceImage> images;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const bool solved = is_right(inputs.baseline[i], answers[i]);
    images.push_back({solved, answers[i] + (solved ? classes : 0)});
  }
  return race_batches(images, seed);
}

RaceOrder race_order(const EvaluationSet& inputs, const ImageBatches& batches) {
  const std::vector<int> answers = right_answers(inputs);
  RaceOrder order;
  for (const std::vector<std::size_t>& batch : batches) {
    for (const std::size_t i : batch) {
      order.solved.push_back(is_right(inputs.baseline[i], answers[i]) ? 1 : 0);
    }
    order.ends.push_back(order.solved.size());
  }
  order.fair = std::min(kFairRaceBatches, batches.size());
  return order;
}

std::uint64_t order_digest(const ImageBatches& order) {
  constexpr std::uint64_t kOffset = 0xCBF29CE484222325, kPrime = 0x100000001B3;  // FNV-1a
  std::uint64_t digest = kOffset;
  for (const std::vector<std::size_t>& batch : order) {
    digest = (digest ^ batch.size()) * kPrime;
    for (const std::size_t image : batch) digest = (digest ^ image) * kPrime;
  }
  return digest;
}

TailBatches tail_batches(const ImageBatches& order, std::size_t size) {
  TailBatches tails;
  for (const std::vector<std::size_t>& batch : order) {
    tails.first.push_back(tails.batches.size());
    for (auto& part : even_batches(batch, size)) tails.batches.push_back(std::move(part));
  }
  tails.first.push_back(tails.batches.size());
  return tails;
}

}  // namespace splitbench
