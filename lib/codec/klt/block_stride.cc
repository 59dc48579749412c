#include "codec/klt/block_stride.h"

#include <algorithm>
#include <cmath>

#include "codec/klt/channel_groups.h"

namespace splitbench::klt {
namespace {

constexpr double kMaxMultiplications = 3e10;

}  // namespace

std::size_t block_stride(std::size_t samples, const BlockGrid& grid) {
  const double width = static_cast<double>(std::min(grid.channels, kMaxGroupChannels));
  const double multiplications = static_cast<double>(samples * grid.blocks() * grid.block_size()) *
                                 static_cast<double>(grid.channels) * width;
  return static_cast<std::size_t>(std::ceil(std::max(1.0, multiplications / kMaxMultiplications)));
}

}  // namespace splitbench::klt
