// What a sweep looks at: its images and those of its calibration, passed through the network once.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "core/dataset.h"
#include "pipeline/calibration_set.h"
#include "pipeline/capture_images.h"
#include "pipeline/model_session.h"
#include "pipeline/run_recorder.h"
#include "pipeline/run_sweep.h"
#include "pipeline/sweep_jobs.h"

namespace splitbench {

struct SweepCapture {
  CapturedImages evaluated;
  std::unique_ptr<CalibrationSet> calibration;  // null when no job needs any, or there are none
};

// For these jobs; all arguments but `jobs` and `checkpoint` must outlive the result. `checkpoint`
// is called between batches; what it throws ends the capture. Warns of images without labels and of
// answers that are none; throws Error{kBadInput} when labels do not belong to the model.
SweepCapture capture_sweep(ModelSession& session, const Dataset& dataset,
                           const SweepSettings& settings, const std::vector<SweepJob>& jobs,
                           std::function<void()> checkpoint, RunRecorder& recorder);

}  // namespace splitbench
