#include "pipeline/race_track.h"

#include <algorithm>
#include <utility>

#include "base/clock.h"
#include "base/error.h"
#include "pipeline/parallel_for.h"

namespace splitbench {
namespace {

Cell refused(CellStatus status, const std::string& reason) {
  Cell cell;
  cell.status = status;
  cell.reason = reason;
  return cell;
}

Cell described(const FittedCodec& fitted) {
  Cell cell;
  cell.calibration = fitted.calibration;
  cell.rate = fitted.rate;
  cell.bottleneck = fitted.bottleneck;
  return cell;
}

RaceLap out_lap(const RaceStep& step, Cell why) {
  RaceLap lap;
  lap.entry.cell = step.cell;
  lap.entry.batch = step.batch;
  lap.entry.out = true;
  lap.fit = std::move(why);
  return lap;
}

}  // namespace

struct RaceTrack::Lap {
  Lap(const RaceStep& its_step, FittedCodec& its_codec) : step(its_step), fitted(its_codec) {}

  RaceStep step;
  FittedCodec& fitted;
  // From the first tail batch to the last. Over all images, of which only the batch's are filled
  // in.
  std::optional<CellRun> run;
  std::size_t left = 0;  // tail batches; this and the rest under the track's mutex
  std::string failure;
  double seconds = 0;
};

RaceTrack::RaceTrack(ModelSession& session, const SweepCapture& capture,
                     const SweepSettings& settings, const std::vector<SweepJob>& jobs)
    : model_(*session.model),
      capture_(capture),
      settings_(settings),
      batches_(race_images(capture.evaluated.inputs,
                           static_cast<int>(model_.info().output.elements()),
                           settings.race->seed.value_or(settings.seed))),
      growth_(settings.memory_bytes) {
  for (const SweepJob& job : jobs) {
    if (job.codec != nullptr) cells_.push_back(job);
  }
}

bool RaceTrack::stop_requested() {
  if (!stopped_ && settings_.stop_requested && settings_.stop_requested()) stopped_ = true;
  return stopped_;
}

bool RaceTrack::run(const std::vector<RaceStep>& steps, const Keep& keep) {
  std::vector<RaceStep> ready;
  for (const RaceStep& step : steps) {
    if (stop_requested()) return false;
    Cell why = fit_among(step.cell, steps);
    make_room();
    if (why.status == CellStatus::kOk) {
      ready.push_back(step);
    } else {
      keep(out_lap(step, std::move(why)));
    }
  }
  return !stop_requested() && run_laps(
                                  ready, [this] { return stop_requested(); }, keep);
}

RaceLap RaceTrack::lap(const RaceStep& step) {
  Cell why = fit(step.cell);
  if (why.status != CellStatus::kOk) return out_lap(step, std::move(why));
  RaceLap lap;
  run_laps(
      {step}, [] { return false; }, [&](const RaceLap& done) { lap = done; });
  return lap;
}

// All tail batches of a cell follow one another, so that few cells are in work at a time.
bool RaceTrack::run_laps(const std::vector<RaceStep>& steps, const std::function<bool()>& stop,
                         const Keep& keep) {
  struct Task {
    Lap* lap;
    std::size_t tail_batch;
  };
  std::vector<std::unique_ptr<Lap>> laps;
  std::vector<Task> tasks;
  for (const RaceStep& step : steps) {
    laps.push_back(std::make_unique<Lap>(step, fitted_.at(step.cell)));
    const std::vector<std::size_t>& first = course(cells_[step.cell].split).first;
    for (std::size_t b = first[step.batch]; b < first[step.batch + 1]; ++b) {
      tasks.push_back({laps.back().get(), b});
      ++laps.back()->left;
    }
  }
  const std::size_t images = capture_.evaluated.inputs.size();
  parallel_for(tasks.size(), settings_.threads, [&](std::size_t i) {
    Lap& lap = *tasks[i].lap;
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      if (!lap.run && stop()) return;
      if (!lap.run) {
        if (lap.fitted.codecs.empty()) lap.fitted.codecs = lap.fitted.remake();
        lap.run.emplace(lap.fitted.codecs, images, true);
      }
    }
    run_tail_batch(lap, tasks[i].tail_batch);
    const std::lock_guard<std::mutex> lock(mutex_);
    if (--lap.left != 0) return;
    keep(finished(lap));
    lap.run.reset();
    drop_codec(lap.fitted);
  });
  return std::all_of(laps.begin(), laps.end(), [](const auto& lap) { return lap->left == 0; });
}

void RaceTrack::make_room() {
  BoundaryStore& store = *capture_.evaluated.store;
  const std::size_t excess = growth_.excess();
  if (excess == 0) return;
  if (store.memory_used() != 0) {
    store.spill(store.memory_used() - std::min(store.memory_used(), excess));
    made_room_ = true;
    return;
  }
  keeps_codecs_ = false;
  for (auto& [cell, fitted] : fitted_) drop_codec(fitted);
}

void RaceTrack::drop_codec(FittedCodec& fitted) const {
  if (!keeps_codecs_ && fitted.calibrated_for) fitted.codecs.clear();
}

Cell RaceTrack::fit(std::size_t cell) { return fit_among(cell, {{cell, 0}}); }

// Fits the codec of the cell where that was not done before. Those of `steps` at the same split are
// calibrated beside it.
Cell RaceTrack::fit_among(std::size_t cell, const std::vector<RaceStep>& steps) {
  const auto found = fitted_.find(cell);
  if (found != fitted_.end()) return described(found->second);
  const std::size_t split = cells_[cell].split;
  if (!fitter_ || fitter_split_ != split) {
    fitter_split_ = split;
    fitter_ = std::make_unique<CodecFitter>(model_, split, capture_.calibration.get(),
                                            CodecFitter::Settings{evaluation(), settings_.folder});
    fitter_->expect(unfitted_at(split, steps));
  }
  return fit_with(cell, *fitter_);
}

// Of these cells. Codecs with a target find their settings first, and calibrate for them as they
// go.
std::vector<const ConfiguredCodec*> RaceTrack::unfitted_at(
    std::size_t split, const std::vector<RaceStep>& steps) const {
  std::vector<const ConfiguredCodec*> codecs;
  for (const RaceStep& step : steps) {
    const SweepJob& job = cells_[step.cell];
    if (job.split == split && fitted_.count(step.cell) == 0 && !job.codec->target) {
      codecs.push_back(job.codec);
    }
  }
  return codecs;
}

Cell RaceTrack::fit_with(std::size_t cell, CodecFitter& fitter) {
  const CellEvaluator& evaluator = *course(cells_[cell].split).evaluator;
  if (!evaluator.unsound().empty()) return refused(CellStatus::kFailed, evaluator.unsound());
  try {
    FittedCodec fitted = fitter.fit(*cells_[cell].codec);
    if (fitted.reason.empty()) fitted.reason = evaluator.unsupported(fitted.codecs);
    if (!fitted.reason.empty()) return refused(CellStatus::kUnsupported, fitted.reason);
    return described(fitted_[cell] = std::move(fitted));
  } catch (const Error& error) {
    // A codec that cannot be fitted here is this cell's failure, not the sweep's.
    return refused(CellStatus::kFailed, error.what());
  }
}

CellEvaluator::Settings RaceTrack::evaluation() const {
  return {settings_.batch, settings_.threads, &capture_.evaluated.splits};
}

RaceTrack::Course& RaceTrack::course(std::size_t split) {
  Course& own = courses_[split];
  if (!own.evaluator) {
    const CapturedImages& captured = capture_.evaluated;
    TailBatches tails =
        tail_batches(batches_, CellEvaluator::tail_batch(model_, split, settings_.batch));
    own.first = std::move(tails.first);
    own.evaluator =
        std::make_unique<CellEvaluator>(model_, split, *captured.store, captured.position(split),
                                        captured.inputs, evaluation(), std::move(tails.batches));
  }
  return own;
}

void RaceTrack::run_tail_batch(Lap& lap, std::size_t tail_batch) {
  const double start_s = monotonic_s();
  std::string failure;
  try {
    model_.use_threads(1);
    courses_.at(cells_[lap.step.cell].split).evaluator->run_batch(*lap.run, tail_batch);
  } catch (const Error& error) {
    // The seam: whatever a codec or tail throws becomes the cell's status.
    failure = error.what();
  }
  const std::lock_guard<std::mutex> lock(mutex_);
  lap.seconds += monotonic_s() - start_s;
  if (lap.failure.empty()) lap.failure = failure;
}

RaceLap RaceTrack::finished(const Lap& lap) const {
  if (!lap.failure.empty()) return out_lap(lap.step, refused(CellStatus::kFailed, lap.failure));
  RaceLap done;
  done.entry.cell = lap.step.cell;
  done.entry.batch = lap.step.batch;
  done.fit = described(fitted_.at(lap.step.cell));
  done.seconds = lap.seconds;
  for (const std::size_t i : batches_[lap.step.batch]) {
    done.entry.answers.push_back(lap.run->answers[i]);
    done.entry.payload_bytes.push_back(lap.run->payloads[i]);
    done.entry.encode_s.push_back(lap.run->encode_s[i]);
    done.entry.decode_s.push_back(lap.run->decode_s[i]);
  }
  return done;
}

Cell RaceTrack::summarise(std::size_t cell, CellRun results) {
  const CellEvaluator& evaluator = *course(cells_[cell].split).evaluator;
  results.batches = evaluator.batches();
  return evaluator.summarise(results);
}

}  // namespace splitbench
