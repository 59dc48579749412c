#include "core/race_batches.h"

#include <algorithm>
#include <numeric>

#include "base/rng.h"

namespace splitbench {
namespace {

// Enough to see which cells are worth comparing, few enough to lose little on hopeless ones.
constexpr std::size_t kFirstBatch = 32;

// Images in blocks of `size` places; an empty place holds strata.size().
std::vector<std::vector<std::size_t>> shuffled_blocks(const std::vector<int>& strata,
                                                      std::size_t size, Rng& rng) {
  std::vector<std::size_t> images(strata.size());
  std::iota(images.begin(), images.end(), std::size_t{0});
  rng.shuffle(images);
  std::stable_sort(images.begin(), images.end(),
                   [&](std::size_t i, std::size_t j) { return strata[i] < strata[j]; });
  images.resize((images.size() + size - 1) / size * size, strata.size());
  std::vector<std::vector<std::size_t>> blocks;
  for (auto next = images.begin(); next != images.end();
       next += static_cast<std::ptrdiff_t>(size)) {
    blocks.emplace_back(next, next + static_cast<std::ptrdiff_t>(size));
    rng.shuffle(blocks.back());
  }
  return blocks;
}

}  // namespace

std::vector<std::vector<std::size_t>> race_batches(const std::vector<int>& strata,
                                                   std::uint64_t seed) {
  Rng rng(seed);
  const std::size_t size = std::max<std::size_t>(strata.size() / kFirstBatch, 1);
  const auto blocks = shuffled_blocks(strata, size, rng);
  std::vector<std::vector<std::size_t>> batches;
  for (std::size_t first = 0; first < size;) {
    const std::size_t last = std::min(std::max(first + 1, first + first / 6), size);
    std::vector<std::size_t> batch;
    for (const std::vector<std::size_t>& block : blocks) {
      for (std::size_t place = first; place < last; ++place) {
        if (block[place] != strata.size()) batch.push_back(block[place]);
      }
    }
    if (!batch.empty()) batches.push_back(std::move(batch));
    first = last;
  }
  return batches;
}

}  // namespace splitbench
