// Third step of the calibration: what is known of every coefficient by itself.
#pragma once

#include <vector>

#include "codec/klt/block_grid.h"
#include "codec/klt/parameters.h"
#include "core/calibration.h"

namespace splitbench::klt {

// Fills in the parameters' priors, given their means and bases; goes over the samples once, and
// over their gradients if the parameters are weighted.
void measure_coefficients(const CalibrationSamples& samples, const BlockGrid& grid,
                          Parameters& parameters);

}  // namespace splitbench::klt
