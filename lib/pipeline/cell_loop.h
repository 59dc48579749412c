// The cells of a sweep, one after the other on one machine, split by split: at each split those
// that are known beforehand, then those that are searched, a round of one cell of every search at a
// time.
#pragma once

#include <vector>

#include "pipeline/model_session.h"
#include "pipeline/point_search.h"
#include "pipeline/run_recorder.h"
#include "pipeline/run_sweep.h"
#include "pipeline/sweep_capture.h"
#include "pipeline/sweep_folder.h"
#include "pipeline/sweep_jobs.h"

namespace splitbench {

// Measures the open cells of `jobs` in full and appends them to the folder as they come, telling
// how far it is. False when it was stopped as settings.stop_requested wished.
bool measure_cells(ModelSession& session, const SweepCapture& capture,
                   const SweepSettings& settings, const std::vector<SweepJob>& jobs,
                   SweepFolder& folder, const KnownCell& known, RunRecorder& recorder);

}  // namespace splitbench
