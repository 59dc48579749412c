// Last step of the calibration: the statistics of levels, from coding samples at several steps.
#pragma once

#include "codec/klt/block_grid.h"
#include "codec/klt/parameters.h"
#include "core/calibration.h"

namespace splitbench::klt {

// Given all other parameters; goes over some of the samples once.
LevelTables learn_level_tables(const CalibrationSamples& samples, const BlockGrid& grid,
                               const Parameters& parameters);

}  // namespace splitbench::klt
