// The blocks of a sample with their orthonormal coefficients (or values), for calibration.
#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include "codec/disc/block_transform.h"
#include "codec/disc/feature_maps.h"
#include "core/tensor.h"

namespace splitbench::disc {

inline bool holds_lane(BlockSize size, std::size_t lane, bool transformed) {
  const std::size_t major = lane / kSide;
  const std::size_t minor = lane % kSide;
  return transformed ? major < size.width && minor < size.height
                     : major < size.height && minor < size.width;
}

// What makes the transform of a block of some size orthonormal, by lane; 0 where it has no lane.
inline std::array<double, kLanes> orthonormal_scales(BlockSize size, bool transformed) {
  std::array<double, kLanes> scales{};
  for (std::size_t lane = 0; lane < kLanes; ++lane) {
    if (!holds_lane(size, lane, transformed)) continue;
    scales[lane] = transformed ? double{dct_scale(size.height, lane % kSide)} *
                                     dct_scale(size.width, lane / kSide)
                               : 1;
  }
  return scales;
}

struct SampleBlock {
  std::size_t channel = 0;
  std::size_t number = 0;  // in the channel
  const std::array<double, kLanes>* scales = nullptr;
  Block block;

  bool holds(std::size_t lane) const { return (*scales)[lane] != 0; }
  double coefficient(std::size_t lane) const { return block.lanes[lane] * (*scales)[lane]; }
};

// Calls visit(block) for every block of the tensor, after `means` of its channels are taken off.
template <typename Visit>
void for_each_sample_block(const FeatureMaps& maps, bool transformed, const Tensor& tensor,
                           const std::vector<double>& means, Visit visit) {
  const BlockGrid& grid = maps.grid;
  const float* map = tensor.as<float>();
  // Sizes differ by one at most.
  const BlockSize largest = {grid.rows.size(0), grid.columns.size(0)};
  const std::array<std::array<double, kLanes>, 4> scales = {
      orthonormal_scales(largest, transformed),
      orthonormal_scales({largest.height, largest.width - 1}, transformed),
      orthonormal_scales({largest.height - 1, largest.width}, transformed),
      orthonormal_scales({largest.height - 1, largest.width - 1}, transformed)};
  SampleBlock block;
  for (std::size_t channel = 0; channel < maps.channels; ++channel) {
    block.channel = channel;
    block.number = 0;
    for (std::size_t row = 0; row < grid.rows.pieces(); ++row) {
      for (std::size_t column = 0; column < grid.columns.pieces(); ++column) {
        const float* corner = map + grid.rows.start(row) * grid.width + grid.columns.start(column);
        const BlockSize size = {grid.rows.size(row), grid.columns.size(column)};
        block.scales = &scales[2 * (largest.height - size.height) + largest.width - size.width];
        load_block(corner, grid.width, size, static_cast<float>(means[channel]), block.block);
        if (transformed) forward_dct(block.block, size);
        visit(block);
        ++block.number;
      }
    }
    map += grid.height * grid.width;
  }
}

}  // namespace splitbench::disc
