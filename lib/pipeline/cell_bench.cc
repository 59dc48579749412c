#include "pipeline/cell_bench.h"

#include "base/clock.h"
#include "base/error.h"

namespace splitbench {

CellBench::CellBench(ModelSession& session, const SweepCapture& capture,
                     const SweepSettings& settings)
    : session_(session), capture_(capture), settings_(settings) {}

Cell CellBench::measure(const SweepJob& job, const std::vector<const ConfiguredCodec*>& coming) {
  const double start_s = monotonic_s();
  seconds_ = {};
  if (!evaluator_ || split_ != job.split) set_up(job);
  fitter_->expect(coming);
  Cell cell = job.codec == nullptr ? evaluator_->evaluate_device_only() : measure_codec(*job.codec);
  cell.key = job.key;
  seconds_.all = monotonic_s() - start_s;
  seconds_.coding = (cell.encode.median + cell.decode.median) *
                    static_cast<double>(cell.accuracy.images) / settings_.threads;
  return cell;
}

void CellBench::set_up(const SweepJob& job) {
  const CapturedImages& captured = capture_.evaluated;
  const CellEvaluator::Settings evaluation{settings_.batch, settings_.threads, &captured.splits};
  split_ = job.split;
  // At device-only nothing was stored, and nothing is read.
  const std::size_t position = job.codec == nullptr ? 0 : captured.position(split_);
  evaluator_ = std::make_unique<CellEvaluator>(*session_.model, split_, *captured.store, position,
                                               captured.inputs, evaluation);
  fitter_ = std::make_unique<CodecFitter>(*session_.model, split_, capture_.calibration.get(),
                                          CodecFitter::Settings{evaluation, settings_.folder});
}

double CellBench::gradient_s() const {
  return capture_.calibration ? capture_.calibration->gradient_s() : 0;
}

Cell CellBench::measure_codec(const ConfiguredCodec& codec) {
  const double start_s = monotonic_s(), gradients_before_s = gradient_s();
  FittedCodec fitted;
  try {
    fitted = fitter_->fit(codec);
    seconds_.gradients = gradient_s() - gradients_before_s;
    seconds_.fitting = monotonic_s() - start_s - seconds_.gradients;
  } catch (const Error& error) {
    // A codec that cannot be fitted here is this cell's failure, not the sweep's.
    Cell cell;
    cell.status = CellStatus::kFailed;
    cell.reason = error.what();
    return cell;
  }
  if (!fitted.reason.empty()) {
    Cell cell;
    cell.status = CellStatus::kUnsupported;
    cell.reason = fitted.reason;
    return cell;
  }
  Cell cell = evaluator_->evaluate(fitted.codecs);
  cell.calibration = fitted.calibration;
  cell.rate = fitted.rate;
  if (cell.status == CellStatus::kOk) cell.bottleneck = fitted.bottleneck;
  return cell;
}

}  // namespace splitbench
