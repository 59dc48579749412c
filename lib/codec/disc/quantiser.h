// Blocks of a map to quantised coefficients and back. The quantiser has a dead zone:
// sign(y) floor(min(|y|, clip) / step + rounding).
//
// Pure functions; thread-safe.
#pragma once

#include <array>
#include <cstdint>

#include "codec/disc/block_transform.h"
#include "codec/disc/channel_mixing.h"
#include "codec/disc/model.h"

namespace splitbench::disc {

// Quantised coefficients, by lane.
struct alignas(32) Levels {
  Level lanes[kLanes];
  std::int8_t narrowed[kLanes];  // to [-128, 127]
};

// Of coefficients in units of their steps. Bit l of what it returns: the level of lane l is not 0.
std::uint64_t quantise(const Block& block, float rounding, float largest_level, Levels& levels);

// Bit r of what it returns: the level of rank r is not 0. `significant`: the same by lane.
std::uint64_t significant_ranks(const ChannelModel& channel, const Levels& levels,
                                std::uint64_t significant);

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

// The same in two steps, with a mixing of channels between them. First the coefficients of all
// channels at a place, without the scales of their lanes; `map` is the first channel's. Then those
// of a component that is a sum of them.
void load_channels(const Model& model, const LaneScales& scales, const float* map, Block* channels);
std::uint64_t quantise_component(const BlockPlace& place, const Block* channels,
                                 Block& coefficients, Levels& levels);
// The reverse: channels' coefficients, at first 0, to which components are added one by one, from
// the levels of their significant ranks from `level` on. Returns what follows these.
struct alignas(32) ChannelSums {
  std::array<MixingColumn, kLanes> lanes;  // of all channels
};
const Level* add_component(const BlockPlace& place, std::uint64_t ranks, const Level* level,
                           ChannelSums& sums);
void store_channels(const Model& model, const LaneScales& scales, const ChannelSums& sums,
                    float* map);

}  // namespace splitbench::disc
