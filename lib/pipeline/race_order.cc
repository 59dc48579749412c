#include "pipeline/race_order.h"

#include <utility>

#include "core/race_batches.h"

namespace splitbench {
namespace {

// Whether the uncompressed model is right, then what the image shows; without labels, what the
// model takes it for.
std::vector<int> strata_of(const EvaluationSet& inputs, int classes) {
  std::vector<int> strata;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const int label = inputs.labels[i].value_or(inputs.baseline[i]);
    strata.push_back(label + (inputs.baseline[i] == label ? classes : 0));
  }
  return strata;
}

}  // namespace

ImageBatches race_order(const EvaluationSet& inputs, int classes, std::uint64_t seed) {
  return race_batches(strata_of(inputs, classes), seed);
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
