// Sweeps over different images as one: what cross-fitting gives, where each part of a dataset is
// evaluated with codecs that were calibrated on the others.
//
// Pure; thread-safe.
#pragma once

#include <vector>

#include "core/cell.h"

namespace splitbench {

// One cell for each split and codec that was measured in all of `sweeps`, in the first one's order:
// key (its dataset the first one's, its images those of all), mean and largest payload, loss and
// agreement over all images, and the larger calibration; the rest is unset. Payloads, losses and
// agreements are means weighted by images. The loss's interval is that of a sum of independent
// estimates: its half-width is the root of the sum of squares of theirs, times their weights.
//
// Throws Error{kBadInput} for sweeps of different models, or of the same dataset.
std::vector<Cell> pooled_cells(const std::vector<std::vector<Cell>>& sweeps);

}  // namespace splitbench
