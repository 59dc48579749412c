// Dead-zone quantisation of blocks: sign(y) floor(min(|y|, clip) / step + rounding).
//
// Pure functions; thread-safe.
#pragma once

#include <cstdint>
#include <vector>

#include "codec/disc/coefficient_coder.h"
#include "codec/disc/model.h"

namespace splitbench::disc {

// The values of a block of the tensor as coefficients, not yet in units of their steps.
void transform_block(const Model& model, const ChannelModel& channel, BlockSize size,
                     const float* map, Block& block);

// Quantised coefficients, by lane.
struct alignas(16) Levels {
  std::int8_t lanes[kLanes];
};
// `inverse_steps` of the lanes of this block.
void quantise(const Block& block, const Block& inverse_steps, float rounding, float largest_level,
              Levels& levels);

// Which ranks are significant. If any are, the levels by rank are appended to `levels_by_rank`.
std::uint64_t sort_levels(const ChannelModel& channel, const Levels& levels,
                          std::vector<RankedLevels>& levels_by_rank);

}  // namespace splitbench::disc
