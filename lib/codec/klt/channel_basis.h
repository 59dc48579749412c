// Second step of the calibration: the weighted Karhunen-Loeve basis of every band.
//
// Pure functions; thread-safe.
#pragma once

#include <array>

#include "codec/klt/block_grid.h"
#include "codec/klt/channel_statistics.h"
#include "codec/klt/parameters.h"

namespace splitbench::klt {

// In the units of parameters.h. Components that no step would ever code are left out.
std::array<ChannelBasis, kBands> channel_bases(const ChannelStatistics& statistics,
                                               const BlockGrid& grid);

}  // namespace splitbench::klt
