// How klt cuts a feature map into blocks, and in which order it names the frequencies of a block.
//
// A map of HxW is covered by equal blocks of at most 16x16, as few as possible; the last ones may
// reach over the edge, where the edge value is repeated. A vector (1xC) is C maps of 1x1.
//
// Pure functions; thread-safe.
#pragma once

#include <cstddef>
#include <vector>

#include "core/tensor.h"

namespace splitbench::klt {

struct BlockAxis {
  std::size_t length = 1;  // of the map
  std::size_t block = 1;   // of each block
  std::size_t blocks = 1;
};

struct BlockGrid {
  std::size_t channels = 0;
  BlockAxis y;
  BlockAxis x;

  std::size_t blocks() const { return y.blocks * x.blocks; }
  std::size_t block_size() const { return y.block * x.block; }
  std::size_t plane() const { return y.length * x.length; }
};

// Requires the shape 1xC or 1xCxHxW without empty dimensions.
BlockGrid block_grid(const Shape& shape);

struct Frequency {
  std::size_t v = 0;     // along y
  std::size_t u = 0;     // along x
  std::size_t band = 0;  // 0: the mean, 1: low, 2: all others
};

constexpr std::size_t kBands = 3;

// All frequencies of a block, by ascending u + v.
std::vector<Frequency> frequency_scan(const BlockGrid& grid);

}  // namespace splitbench::klt
