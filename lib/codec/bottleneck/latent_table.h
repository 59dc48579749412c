// Probabilities of a latent's integers (core/bottleneck.h, LatentTable): how they are made, and in
// the form that the entropy coder (codec/entropy/rans.h) wants.
//
// Immutable or pure; thread-safe.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "codec/entropy/rans.h"
#include "core/bottleneck.h"

namespace splitbench {

// The table that codes the integers first, first + 1, ... met as often as `weights` says (counts or
// probabilities, any scale, not all 0) in the fewest bits, as nearly as makes no difference. The
// last weight is that of all other integers. Throws Error{kBadInput} unless there are 2 to 2^15
// weights, none negative or not finite, and some above 0.
LatentTable latent_table(std::int32_t first, const std::vector<double>& weights);

// One table a channel from the integers that were met there: levels[i] belongs to channel
// i / channel_size % channels, as in tensors of any batch. Each integer between the smallest and
// the largest counts once more than it was met, the others together once. Requires channels > 0.
std::vector<LatentTable> latent_tables(const std::vector<std::int32_t>& levels,
                                       std::size_t channels, std::size_t channel_size);

// A table with its inverse.
class LatentModel {
 public:
  explicit LatentModel(const LatentTable& table);

  // The integers that have an interval of their own: `size()` of them from first() on.
  std::int32_t first() const { return first_; }
  std::size_t size() const { return intervals_.size() - 1; }
  // The interval of integer first() + index; at index size() that of all others.
  CodeInterval interval(std::size_t index) const { return intervals_[index]; }
  // The index whose interval holds `slot` < 2^16.
  std::size_t index_at(std::uint32_t slot) const {
    std::size_t index = nearby_[slot >> kNearbyShift];
    while (slot - intervals_[index].start >= intervals_[index].frequency) ++index;
    return index;
  }

 private:
  static constexpr unsigned kNearbyShift = 8;

  std::int32_t first_;
  std::vector<CodeInterval> intervals_;
  std::array<std::uint16_t, 256> nearby_{};  // by the upper bits of a slot: the first index there
};

}  // namespace splitbench
