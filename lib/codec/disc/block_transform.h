// Blocks of a map to 64 coefficients and back: 8x8 orthonormal DCT-II (a smaller one in smaller
// blocks), or the values themselves.
//
// The order of floating-point operations is fixed and uses neither libm nor fused operations, so
// that all platforms get the same bits. Pure functions; thread-safe.
#pragma once

#include <cstddef>

#include "codec/disc/block_grid.h"

namespace splitbench::disc {

// 64 numbers of a block. Lane 8 v + u of a transformed block is horizontal frequency v and vertical
// frequency u; lane 8 y + x of an untransformed one is the value in row y, column x.
struct alignas(32) Block {
  float lanes[kLanes];
};

struct BlockSize {
  std::size_t height = 0;  // 1..8
  std::size_t width = 0;
};

// The values at `map` (rows `stride` apart) less `mean`; lanes outside the block are 0.
void load_block(const float* map, std::size_t stride, BlockSize size, float mean, Block& block);
// The reverse, limited to [low, high].
void store_block(const Block& block, float mean, float low, float high, float* map,
                 std::size_t stride, BlockSize size);
// Every value of the block set to `value`.
void fill_block(float value, float* map, std::size_t stride, BlockSize size);

// DCT-II without its scale: sums of values times cosines. Multiply lane 8 v + u by
// dct_scale(height, u) * dct_scale(width, v) before the inverse, or twice after the forward
// transform, hence once for orthonormal coefficients.
void forward_dct(Block& block, BlockSize size);
void inverse_dct(Block& block, BlockSize size);
float dct_scale(std::size_t size, std::size_t frequency);

}  // namespace splitbench::disc
