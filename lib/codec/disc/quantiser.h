// Blocks of a map to quantised coefficients and back. The quantiser has a dead zone:
// sign(y) floor(min(|y|, clip) / step + rounding).
//
// Pure functions; thread-safe.
#pragma once

#include <cstdint>

#include "codec/disc/block_transform.h"
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

// A block of a channel, and what the decoder has of the channel's parent in its place: null if
// there is no parent, or that is 0.
struct BlockPlace {
  const Model* model;
  const ChannelModel* channel;
  const LaneScales* scales;
  const Block* prediction;
};

// The block of values at `map`, as coefficients in units of their steps less what is predicted, and
// quantised. Returns what quantise() does.
std::uint64_t analyse_block(const BlockPlace& place, const float* map, Block& coefficients,
                            Levels& levels);
// The reverse, from the points of the levels. `decoded`, unless null, gets the coefficients in
// units of their steps.
void synthesise_block(const BlockPlace& place, const Block& points, Block* decoded, float* map);

}  // namespace splitbench::disc
