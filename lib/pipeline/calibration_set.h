// The images that codecs may look at before a sweep: never those that are evaluated, and never
// their labels.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "core/calibration.h"
#include "pipeline/capture_images.h"

namespace splitbench {

// Captured calibration images, and what codecs ask of them. Gradients are computed split by split,
// on first use, and kept for the split asked for last.
class CalibrationSet {
 public:
  // `captured` must have beliefs; the references must outlive this object.
  CalibrationSet(ModelSession& session, CapturedImages captured, CaptureSettings settings,
                 std::uint64_t seed, RunRecorder& recorder);
  ~CalibrationSet();

  const EvaluationSet& inputs() const { return captured_.inputs; }
  const BoundaryStore& store() const { return *captured_.store; }
  std::size_t position(std::size_t split) const { return captured_.position(split); }
  std::size_t size() const { return captured_.inputs.size(); }
  // Of wall time, that all gradients so far have taken.
  double gradient_s() const { return gradient_s_; }

  // Of one tensor of the boundary at `split`; valid as long as this set. Thread-safe.
  std::unique_ptr<CalibrationSamples> samples(std::size_t split, std::size_t tensor);

 private:
  class Samples;

  // The gradients at `split`, or null where the network cannot be differentiated.
  const BoundaryStore* gradients(std::size_t split);
  std::unique_ptr<BoundaryStore> compute_gradients(std::size_t split);
  std::vector<int> draw_classes() const;
  // What calibrations of this tensor share; given up with the split.
  std::shared_ptr<CalibrationMemo> memo(std::size_t split, std::size_t tensor);

  ModelSession& session_;
  CapturedImages captured_;
  CaptureSettings settings_;
  std::uint64_t seed_;
  RunRecorder& recorder_;
  std::mutex mutex_;
  std::size_t gradient_split_ = SIZE_MAX;
  std::unique_ptr<BoundaryStore> gradients_;
  double gradient_s_ = 0;
  std::size_t memo_split_ = SIZE_MAX;
  std::map<std::size_t, std::shared_ptr<CalibrationMemo>> memos_;  // by tensor
};

}  // namespace splitbench
