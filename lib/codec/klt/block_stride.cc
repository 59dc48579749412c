#include "codec/klt/block_stride.h"

#include <algorithm>
#include <cmath>

namespace splitbench::klt {
namespace {

constexpr double kMaxMultiplications = 3e10;

}  // namespace

std::size_t block_stride(std::size_t samples, const BlockGrid& grid) {
  const auto channels = static_cast<double>(grid.channels);
  const double multiplications =
      static_cast<double>(samples * grid.blocks() * grid.block_size()) * channels * channels;
  return static_cast<std::size_t>(std::ceil(std::max(1.0, multiplications / kMaxMultiplications)));
}

}  // namespace splitbench::klt
