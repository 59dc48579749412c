// The blocks of a sample with their orthonormal coefficients (or values), for calibration.
#pragma once

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

struct SampleBlock {
  std::size_t channel = 0;
  std::size_t number = 0;  // in the channel
  BlockSize size;
  bool transformed = false;
  Block block;

  bool holds(std::size_t lane) const { return holds_lane(size, lane, transformed); }
  double coefficient(std::size_t lane) const {
    const double scale = transformed ? double{dct_scale(size.height, lane % kSide)} *
                                           dct_scale(size.width, lane / kSide)
                                     : 1;
    return block.lanes[lane] * scale;
  }
};

// Calls visit(block) for every block of the tensor, after `means` of its channels are taken off.
template <typename Visit>
void for_each_sample_block(const FeatureMaps& maps, bool transformed, const Tensor& tensor,
                           const std::vector<double>& means, Visit visit) {
  const BlockGrid& grid = maps.grid;
  const float* map = tensor.as<float>();
  SampleBlock block;
  block.transformed = transformed;
  for (std::size_t channel = 0; channel < maps.channels; ++channel) {
    block.channel = channel;
    block.number = 0;
    for (std::size_t row = 0; row < grid.rows.pieces(); ++row) {
      for (std::size_t column = 0; column < grid.columns.pieces(); ++column) {
        const float* corner = map + grid.rows.start(row) * grid.width + grid.columns.start(column);
        block.size = {grid.rows.size(row), grid.columns.size(column)};
        load_block(corner, grid.width, block.size, static_cast<float>(means[channel]), block.block);
        if (transformed) forward_dct(block.block, block.size);
        visit(block);
        ++block.number;
      }
    }
    map += grid.height * grid.width;
  }
}

}  // namespace splitbench::disc
