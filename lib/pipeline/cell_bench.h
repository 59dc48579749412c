// Where the cells of a sweep are measured, one after the other. Those of one split share its tail,
// the answers known and the calibrations, as long as no cell of another split comes in between.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "core/cell.h"
#include "pipeline/cell_evaluator.h"
#include "pipeline/codec_fitter.h"
#include "pipeline/model_session.h"
#include "pipeline/run_sweep.h"
#include "pipeline/sweep_capture.h"
#include "pipeline/sweep_jobs.h"
#include "pipeline/sweep_pace.h"

namespace splitbench {

class CellBench {
 public:
  // The arguments must outlive the bench.
  CellBench(ModelSession& session, const SweepCapture& capture, const SweepSettings& settings);

  // Never throws for what a codec does wrong: the cell says so then. `coming` are codecs that will
  // surely be measured here at this split: they are calibrated side by side, on the first need.
  Cell measure(const SweepJob& job, const std::vector<const ConfiguredCodec*>& coming);

  // What the last cell took.
  const CellSeconds& seconds() const { return seconds_; }

 private:
  void set_up(const SweepJob& job);
  Cell measure_codec(const ConfiguredCodec& codec);
  double gradient_s() const;

  ModelSession& session_;
  const SweepCapture& capture_;
  const SweepSettings& settings_;
  std::size_t split_ = 0;
  CellSeconds seconds_;
  std::unique_ptr<CellEvaluator> evaluator_;
  std::unique_ptr<CodecFitter> fitter_;
};

}  // namespace splitbench
