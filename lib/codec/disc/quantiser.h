// Dead-zone quantisation of blocks: sign(y) floor(min(|y|, clip) / step + rounding).
//
// Pure functions; thread-safe.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "codec/disc/coefficient_coder.h"
#include "codec/disc/model.h"

namespace splitbench::disc {

// The values of a block of the tensor as coefficients, not yet in units of their steps.
void transform_block(const Model& model, const ChannelModel& channel, BlockSize size,
                     const float* map, Block& block);

// Lane by lane: block * factors * factor.
void multiply(Block& block, const std::array<float, kLanes>& factors, float factor);
// block += factor * other
void add_multiple(Block& block, float factor, const Block& other);

// Quantised coefficients, by lane.
struct alignas(16) Levels {
  std::int8_t lanes[kLanes];
};
// Of coefficients in units of their steps.
void quantise(const Block& block, float rounding, float largest_level, Levels& levels);

// Which ranks are significant. If any are, the levels by rank are appended to `blocks`.
std::uint64_t sort_levels(const ChannelModel& channel, const Levels& levels,
                          std::vector<QuantisedTensor::Block>& blocks);

}  // namespace splitbench::disc
