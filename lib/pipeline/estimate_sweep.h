// How long a sweep should take, from a few seconds of trying.
#pragma once

#include <vector>

#include "pipeline/sweep_jobs.h"

namespace splitbench {

// Seconds that `jobs` will take on settings.threads threads: one image is run through the network
// and every tail (pipeline/tail_times.h), and codecs are tried on that image's boundaries, cell by
// cell at random, for two seconds at most. Calibration is not counted, and calibrated codecs are
// taken to cost what others do. Throws Error{kBadInput} when that image cannot be read.
double estimate_sweep_s(ModelSession& session, const Dataset& dataset,
                        const SweepSettings& settings, const std::vector<SweepJob>& jobs);

}  // namespace splitbench
