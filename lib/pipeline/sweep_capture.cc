#include "pipeline/sweep_capture.h"

#include <algorithm>
#include <string>
#include <utility>

#include "base/error.h"
#include "codec/calibration.h"

namespace splitbench {
namespace {

void check_answers(const CapturedImages& captured, const ModelInfo& info, RunRecorder& recorder) {
  const auto classes = static_cast<int>(info.output.elements());
  for (const auto& label : captured.inputs.labels) {
    if (label && *label >= classes) {
      throw bad_input("a label is " + std::to_string(*label) + ", but the model gives " +
                      std::to_string(classes) + " scores (0 to " + std::to_string(classes - 1) +
                      "); the dataset does not belong to this model");
    }
  }
  const auto silent =
      std::count(captured.inputs.baseline.begin(), captured.inputs.baseline.end(), kNoAnswer);
  if (silent != 0) {
    recorder.warning("the model gives NaN on " + std::to_string(silent) +
                     " images; they count as wrong");
  }
  if (!captured.inputs.labelled()) {
    recorder.warning(
        "the images have no labels: accuracy is agreement with the uncompressed model");
  }
}

bool wants_calibration(const ConfiguredCodec& codec) {
  return codec.target || lacks_calibration(codec);
}

CaptureSettings capture_settings(const SweepSettings& settings, std::function<void()> checkpoint) {
  CaptureSettings capture;
  capture.checkpoint = std::move(checkpoint);
  capture.folder = settings.folder;
  capture.threads = settings.threads;
  capture.batch = settings.batch;
  capture.memory_bytes = settings.memory_bytes;
  return capture;
}

// Null when no job needs any, or there are none.
std::unique_ptr<CalibrationSet> capture_calibration(ModelSession& session, const Dataset& dataset,
                                                    const SweepSettings& settings,
                                                    const std::vector<SweepJob>& jobs,
                                                    const CapturedImages& evaluated,
                                                    CaptureSettings capture,
                                                    RunRecorder& recorder) {
  const std::vector<std::size_t> splits = splits_of(jobs, wants_calibration);
  if (splits.empty()) return nullptr;
  const std::vector<std::size_t> indices = calibration_indices(dataset, settings);
  if (indices.empty()) return nullptr;
  capture.stage = "calibration";
  capture.keep_beliefs = true;
  capture.excluded = evaluated.digests;
  CapturedImages captured =
      capture_images(session, *settings.calibration, indices, splits, capture, recorder);
  if (captured.excluded != 0) {
    recorder.warning(std::to_string(captured.excluded) +
                     " calibration images are evaluated too and were left out");
  }
  return std::make_unique<CalibrationSet>(session, std::move(captured), capture, settings.seed,
                                          recorder);
}

}  // namespace

SweepCapture capture_sweep(ModelSession& session, const Dataset& dataset,
                           const SweepSettings& settings, const std::vector<SweepJob>& jobs,
                           std::function<void()> checkpoint, RunRecorder& recorder) {
  session.model->keep_memory();
  const CaptureSettings capture = capture_settings(settings, std::move(checkpoint));
  SweepCapture captured;
  captured.evaluated = capture_images(
      session, dataset, choose_samples(dataset.size(), settings.limit, settings.seed),
      captured_splits(jobs, session.model->info()), capture, recorder);
  check_answers(captured.evaluated, session.model->info(), recorder);
  captured.calibration =
      capture_calibration(session, dataset, settings, jobs, captured.evaluated, capture, recorder);
  return captured;
}

}  // namespace splitbench
