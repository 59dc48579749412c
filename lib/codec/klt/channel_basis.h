// Second step of the calibration: the weighted Karhunen-Loeve bases of every group of channels, one
// for each band of frequencies.
//
// Pure functions; thread-safe.
#pragma once

#include <array>
#include <vector>

#include "codec/klt/block_grid.h"
#include "codec/klt/channel_statistics.h"
#include "codec/klt/parameters.h"

namespace splitbench::klt {

// Of each group, in the units of parameters.h. Components that no step would ever code are left
// out.
std::vector<std::array<ChannelBasis, kBands>> channel_bases(const ChannelStatistics& statistics,
                                                            const BlockGrid& grid);

}  // namespace splitbench::klt
