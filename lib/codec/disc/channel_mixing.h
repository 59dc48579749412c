// Linear mixing of channels before the quantiser and back: components = analysis (values - means),
// values = means + synthesis components.
//
// Mixing channels and transforming them in space commute; a tensor's blocks are mixed after their
// transform, the same place of all channels at once. The order of floating-point operations is
// fixed. Pure functions; thread-safe.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "codec/disc/block_transform.h"
#include "core/tensor.h"

namespace splitbench::disc {

// With more channels mixing would take longer than all else.
constexpr std::size_t kMostMixedChannels = 32;

// As many components as channels; both empty where channels stay apart.
struct ChannelMixing {
  std::vector<float> analysis;   // [component][channel]
  std::vector<float> synthesis;  // [channel][component], magnitudes of at most kMaxSynthesis

  bool empty() const { return synthesis.empty(); }
};
constexpr float kMaxAnalysis = 1e18F;
constexpr float kMaxSynthesis = 1.001F;  // 1, and what rounding may add
constexpr int kMixingTop = 32767;        // matrices are shipped with 16 bits an entry

// Which blocks of all channels (or components) of one place are not 0, by how many rows of lanes,
// from the first, may be other than 0.
class PickedBlocks {
 public:
  static constexpr std::size_t kExtents = 3;
  static constexpr std::array<std::size_t, kExtents> kRows = {kSide, kSide / 2, kSide / 4};
  struct Numbers {
    std::array<std::uint8_t, kMostMixedChannels> of;
    std::size_t count = 0;
  };

  void clear() {
    for (Numbers& numbers : numbers_) numbers.count = 0;
  }
  // `rows`: at most kSide.
  void add(std::size_t number, std::size_t rows) {
    Numbers& numbers = numbers_[rows > kRows[1] ? 0 : rows > kRows[2] ? 1 : 2];
    numbers.of[numbers.count++] = static_cast<std::uint8_t>(number);
  }
  bool empty() const {
    return std::all_of(numbers_.begin(), numbers_.end(),
                       [](const Numbers& numbers) { return numbers.count == 0; });
  }
  const Numbers& with_rows(std::size_t extent) const { return numbers_[extent]; }

 private:
  std::array<Numbers, kExtents> numbers_;
};

// A sum of the picked ones of `blocks`, each times its factor.
struct BlockSum {
  const float* factors;
  const Block* blocks;
  const PickedBlocks* picked;
};

// The tensor's components in place of its channels. Requires a mixing of so many channels.
Tensor mix_channels(const ChannelMixing& mixing, const std::vector<double>& means,
                    const Tensor& tensor);

}  // namespace splitbench::disc
