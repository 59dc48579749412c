// Blocks of a map to quantised coefficients and back. The quantiser has a dead zone:
// sign(y) floor(min(|y|, clip) / step + rounding).
//
// Pure functions; thread-safe.
#pragma once

#include <cstdint>

#include "codec/disc/block_transform.h"
#include "codec/disc/channel_mixing.h"
#include "codec/disc/model.h"

namespace splitbench::disc {

// Quantised coefficients, by lane.
struct alignas(16) Levels {
  std::int8_t lanes[kLanes];
};

// Of coefficients in units of their steps. Bit l of what it returns: the level of lane l is not 0.
std::uint64_t quantise(const Block& block, float rounding, float largest_level, Levels& levels);

// The levels of lanes as those of their ranks. Bit r of what it returns: the level of rank r is not
// 0; the others are left undefined.
std::uint64_t sort_levels(const ChannelModel& channel, const Levels& of_lanes,
                          std::uint64_t significant_lanes, Levels& of_ranks);

// A block of a channel or component.
struct BlockPlace {
  const Model* model;
  const ChannelModel* channel;
  const LaneScales* scales;
};

// The block of values at `map` less `mean` to coefficients in units of their steps, and quantised.
// Returns what quantise() does.
std::uint64_t analyse_block(const BlockPlace& place, float mean, const float* map,
                            Block& coefficients, Levels& levels);
// The reverse, from the points of the levels, limited to the model's range.
void synthesise_block(const BlockPlace& place, float mean, const Block& points, float* map);

// The same in two steps, with a mixing of channels between them. First a block's coefficients,
// without the scales of their lanes, then those of a component that is a sum of them.
void load_coefficients(const Model& model, BlockSize size, float mean, const float* map,
                       Block& coefficients);
std::uint64_t quantise_sum(const BlockPlace& place, const BlockSum& sum, Block& coefficients,
                           Levels& levels);
// The reverse: the scales of a component, then a channel that is a sum of them.
void scale_points(const BlockPlace& place, Block& points);
void store_sum(const Model& model, BlockSize size, float mean, const BlockSum& sum, float* map);

}  // namespace splitbench::disc
