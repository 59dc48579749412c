#include "codec/klt/block_grid.h"

#include <algorithm>

namespace splitbench::klt {
namespace {

constexpr std::size_t kMaxBlock = 16;
constexpr std::size_t kLowFrequencies = 3;  // along each axis

BlockAxis block_axis(std::int64_t length) {
  BlockAxis axis;
  axis.length = static_cast<std::size_t>(length);
  axis.blocks = (axis.length + kMaxBlock - 1) / kMaxBlock;
  axis.block = (axis.length + axis.blocks - 1) / axis.blocks;
  return axis;
}

std::size_t band_of(std::size_t v, std::size_t u) {
  const std::size_t radius = std::max(v, u);
  if (radius == 0) return 0;
  return radius < kLowFrequencies ? 1 : 2;
}

}  // namespace

BlockGrid block_grid(const Shape& shape) {
  BlockGrid grid;
  grid.channels = static_cast<std::size_t>(shape[1]);
  if (shape.size() == 4) {
    grid.y = block_axis(shape[2]);
    grid.x = block_axis(shape[3]);
  }
  return grid;
}

std::vector<Frequency> frequency_scan(const BlockGrid& grid) {
  std::vector<Frequency> scan;
  for (std::size_t sum = 0; sum + 1 < grid.y.block + grid.x.block; ++sum) {
    for (std::size_t v = 0; v < grid.y.block && v <= sum; ++v) {
      const std::size_t u = sum - v;
      if (u < grid.x.block) scan.push_back({v, u, band_of(v, u)});
    }
  }
  return scan;
}

}  // namespace splitbench::klt
