#include "pipeline/race_sweep.h"

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include "base/clock.h"
#include "base/error.h"
#include "io/race_file.h"
#include "pipeline/cell_evaluator.h"
#include "pipeline/codec_fitter.h"
#include "pipeline/parallel_for.h"
#include "pipeline/race_order.h"
#include "pipeline/race_tally.h"

namespace splitbench {
namespace {

constexpr double kAlpha = 0.05;

struct Course {
  std::vector<std::size_t> first;  // tail batch, by batch of the race
  std::unique_ptr<CellEvaluator> evaluator;
};

struct Contestant : Racer {
  explicit Contestant(const SweepJob& its_job) : job(&its_job), run({}, 0, true) {}

  const SweepJob* job;
  std::optional<FittedCodec> fitted;
  CellRun run;
};

Cell refused(CellStatus status, const std::string& reason) {
  Cell cell;
  cell.status = status;
  cell.reason = reason;
  return cell;
}

// One cell in one batch, shared by the threads that work on it.
struct Lap {
  explicit Lap(std::size_t its_cell) : cell(its_cell) {}

  std::size_t cell;
  std::atomic<bool> begun{false};
  std::size_t left = 0;  // tail batches; this and the rest under the race's mutex
  std::string failure;
  double seconds = 0;
};

class CellRace {
 public:
  CellRace(ModelSession& session, const CapturedImages& captured, CalibrationSet* calibration,
           const SweepSettings& settings, SweepRace rules, const std::vector<SweepJob>& jobs,
           SweepFolder& folder, RunRecorder& recorder)
      : model_(*session.model),
        captured_(captured),
        calibration_(calibration),
        settings_(settings),
        rules_(std::move(rules)),
        folder_(folder),
        recorder_(recorder),
        batches_(race_order(captured.inputs, static_cast<int>(model_.info().output.elements()),
                            settings.race->seed.value_or(settings.seed))),
        file_(folder.path(), order_digest(batches_)),
        images_(captured.inputs.size()),
        labelled_(captured.inputs.labelled()) {
    for (const SweepJob& job : jobs) {
      if (job.codec != nullptr) cells_.emplace_back(job);
    }
    for (const RaceEntry& entry : file_.entries()) known_[{entry.batch, entry.cell}] = &entry;
  }

  // False when it was stopped on request.
  bool run() {
    for (std::size_t batch = 0; batch < batches_.size(); ++batch) {
      const std::vector<std::size_t> open = replay(batch);
      const std::vector<std::size_t> ready = fit(batch, open);
      if (!measure(batch, ready)) return false;
      withdraw_failed(batch);
      decide(batch);
    }
    return finish();
  }

 private:
  // Takes what is known of the batch. Returns the running cells of which nothing is.
  std::vector<std::size_t> replay(std::size_t batch) {
    std::vector<std::size_t> open;
    for (std::size_t cell = 0; cell < cells_.size(); ++cell) {
      if (!cells_[cell].running) continue;
      const auto found = known_.find({batch, cell});
      if (found == known_.end()) {
        open.push_back(cell);
      } else {
        take(*found->second);
      }
    }
    return open;
  }

  void take(const RaceEntry& entry) {
    Contestant& own = cells_[entry.cell];
    own.out = entry.out;
    if (own.out) return;
    const std::vector<std::size_t>& images = batches_[entry.batch];
    if (entry.answers.size() != images.size()) {
      throw bad_input(race_path(folder_.path()) +
                      " holds results of other images; start over with --fresh");
    }
    CellRun& run = run_of(own);
    for (std::size_t k = 0; k < images.size(); ++k) {
      run.answers[images[k]] = entry.answers[k];
      run.payloads[images[k]] = entry.payload_bytes[k];
      run.encode_s[images[k]] = entry.encode_s[k];
      run.decode_s[images[k]] = entry.decode_s[k];
    }
    own.images += images.size();
  }

  CellRun& run_of(Contestant& own) const {
    if (own.run.payloads.empty()) own.run = CellRun({}, images_, true);
    return own.run;
  }

  // Fits the codecs of these cells where that was not done before, split by split. Returns those
  // that can be measured; the others are out.
  std::vector<std::size_t> fit(std::size_t batch, const std::vector<std::size_t>& cells) {
    std::vector<std::size_t> ready;
    std::unique_ptr<CodecFitter> fitter;
    std::size_t split = 0;
    for (const std::size_t cell : cells) {
      Contestant& own = cells_[cell];
      if (stop_requested()) return {};
      if (!own.fitted && (!fitter || split != own.job->split)) {
        split = own.job->split;
        fitter = std::make_unique<CodecFitter>(model_, split, calibration_,
                                               CodecFitter::Settings{evaluation(), folder_.path()});
        fitter->expect(unfitted_at(split, cells));
      }
      const Cell refusal = own.fitted ? Cell() : fit_cell(own, *fitter);
      if (refusal.status == CellStatus::kOk) {
        ready.push_back(cell);
      } else {
        put_out(batch, cell, refusal);
      }
    }
    return ready;
  }

  // Of these cells. Codecs with a target find their settings first, and calibrate for them as they
  // go.
  std::vector<const ConfiguredCodec*> unfitted_at(std::size_t split,
                                                  const std::vector<std::size_t>& cells) const {
    std::vector<const ConfiguredCodec*> codecs;
    for (const std::size_t cell : cells) {
      const SweepJob& job = *cells_[cell].job;
      if (job.split == split && !cells_[cell].fitted && !job.codec->target) {
        codecs.push_back(job.codec);
      }
    }
    return codecs;
  }

  // The status of the cell returned is ok, or why there is none.
  Cell fit_cell(Contestant& own, CodecFitter& fitter) {
    const CellEvaluator& evaluator = *course(own.job->split).evaluator;
    if (!evaluator.unsound().empty()) return refused(CellStatus::kFailed, evaluator.unsound());
    try {
      FittedCodec fitted = fitter.fit(*own.job->codec);
      if (fitted.reason.empty()) fitted.reason = evaluator.unsupported(fitted.codecs);
      if (!fitted.reason.empty()) return refused(CellStatus::kUnsupported, fitted.reason);
      run_of(own).codec = fitted.codecs;
      own.fitted = std::move(fitted);
      return {};
    } catch (const Error& error) {
      // A codec that cannot be fitted here is this cell's failure, not the sweep's.
      return refused(CellStatus::kFailed, error.what());
    }
  }

  CellEvaluator::Settings evaluation() const { return {settings_.batch, settings_.threads}; }

  Course& course(std::size_t split) {
    Course& own = courses_[split];
    if (!own.evaluator) {
      TailBatches tails =
          tail_batches(batches_, CellEvaluator::tail_batch(model_, split, settings_.batch));
      own.first = std::move(tails.first);
      own.evaluator = std::make_unique<CellEvaluator>(model_, split, *captured_.store,
                                                      captured_.position(split), captured_.inputs,
                                                      evaluation(), std::move(tails.batches));
    }
    return own;
  }

  // Kept in this order: a kill in between leaves a cell that is measured outside the race.
  void put_out(std::size_t batch, std::size_t cell, Cell result) {
    Contestant& own = cells_[cell];
    own.out = true;
    file_.append({cell, batch, true, {}, {}, {}, {}});
    append(own, std::move(result));
  }

  void append(const Contestant& own, Cell result) {
    result.key = own.job->key;
    folder_.append(result);
  }

  // Once yes, always yes: a batch must not be decided when some cells were left out.
  bool stop_requested() {
    if (!stopped_ && settings_.stop_requested && settings_.stop_requested()) stopped_ = true;
    return stopped_;
  }

  // Runs these cells over the batch on all threads; all tail batches of a cell follow one another,
  // so that few cells are in work at a time. False when it was stopped: cells in work are kept.
  bool measure(std::size_t batch, const std::vector<std::size_t>& cells) {
    if (stop_requested()) return false;
    struct Task {
      Lap* lap;
      std::size_t tail_batch;
    };
    std::vector<std::unique_ptr<Lap>> laps;
    std::vector<Task> tasks;
    for (const std::size_t cell : cells) {
      laps.push_back(std::make_unique<Lap>(cell));
      const std::vector<std::size_t>& first = course(cells_[cell].job->split).first;
      for (std::size_t b = first[batch]; b < first[batch + 1]; ++b) {
        tasks.push_back({laps.back().get(), b});
        ++laps.back()->left;
      }
    }
    parallel_for(tasks.size(), settings_.threads, [&](std::size_t i) {
      Lap& lap = *tasks[i].lap;
      if (!lap.begun && stop_requested()) return;
      lap.begun = true;
      run_tail_batch(lap, tasks[i].tail_batch);
      const std::lock_guard<std::mutex> lock(mutex_);
      if (--lap.left == 0) keep(batch, lap);
    });
    for (const auto& lap : laps) {
      if (!lap->failure.empty()) failures_[lap->cell] = lap->failure;
    }
    return std::all_of(laps.begin(), laps.end(), [](const auto& lap) { return lap->left == 0; });
  }

  void run_tail_batch(Lap& lap, std::size_t tail_batch) {
    Contestant& own = cells_[lap.cell];
    const double start_s = monotonic_s();
    std::string failure;
    try {
      model_.use_threads(1);
      courses_.at(own.job->split).evaluator->run_batch(own.run, tail_batch);
    } catch (const Error& error) {
      // The seam: whatever a codec or tail throws becomes the cell's status.
      failure = error.what();
    }
    const std::lock_guard<std::mutex> lock(mutex_);
    lap.seconds += monotonic_s() - start_s;
    if (lap.failure.empty()) lap.failure = failure;
  }

  // Under the mutex.
  void keep(std::size_t batch, const Lap& lap) {
    Contestant& own = cells_[lap.cell];
    const std::vector<std::size_t>& images = batches_[batch];
    RaceEntry entry;
    entry.cell = lap.cell;
    entry.batch = batch;
    entry.out = own.out = !lap.failure.empty();
    if (!entry.out) {
      for (const std::size_t i : images) {
        entry.answers.push_back(own.run.answers[i]);
        entry.payload_bytes.push_back(own.run.payloads[i]);
        entry.encode_s.push_back(own.run.encode_s[i]);
        entry.decode_s.push_back(own.run.decode_s[i]);
      }
      own.images += images.size();
      own.seconds += lap.seconds;
      own.measured += images.size();
    }
    file_.append(entry);
    recorder_.progress(race_progress(racers(), images_, settings_.threads));
  }

  // Takes those that are out of the race. What they had stopped stays stopped in the folder, which
  // knows that such cells are not finished.
  void withdraw_failed(std::size_t batch) {
    for (std::size_t cell = 0; cell < cells_.size(); ++cell) {
      Contestant& own = cells_[cell];
      if (!own.running || !own.out) continue;
      own.running = false;
      if (race_) race_->withdraw(number_.at(cell));
      const auto failed = failures_.find(cell);
      if (failed != failures_.end()) append(own, refused(CellStatus::kFailed, failed->second));
      release(own);
    }
    // Those that are out before the first batch is decided do not enter.
    if (batch == 0) enter();
  }

  void enter() {
    std::vector<std::string> groups;
    for (std::size_t cell = 0; cell < cells_.size(); ++cell) {
      if (!cells_[cell].running) continue;
      cells_[cell].entered = true;
      number_[cell] = groups.size();
      entrants_.push_back(cell);
      groups.push_back(rules_.scope == "split" ? cells_[cell].job->key.split : "");
    }
    race_ = std::make_unique<Race>(std::move(groups), images_,
                                   RaceSettings{rules_.alpha, rules_.margin});
  }

  void decide(std::size_t batch) {
    std::vector<RaceResults> results(entrants_.size());
    for (std::size_t n = 0; n < entrants_.size(); ++n) {
      const Contestant& own = cells_[entrants_[n]];
      if (!own.running) continue;
      for (const std::size_t image : batches_[batch]) {
        results[n].correct.push_back(right(image, own.run.answers[image]) ? 1 : 0);
        results[n].payload_bytes.push_back(own.run.payloads[image]);
      }
    }
    for (const RaceStop& stop : race_->advance(results)) halt(stop);
  }

  bool right(std::size_t image, int answer) const {
    const EvaluationSet& inputs = captured_.inputs;
    const int wanted = labelled_ ? *inputs.labels[image] : inputs.baseline[image];
    return answer != kNoAnswer && answer == wanted;
  }

  void halt(const RaceStop& stop) {
    Contestant& own = cells_[entrants_[stop.cell]];
    const CellKey& dominating = cells_[entrants_[stop.dominated_by]].job->key;
    own.running = false;
    release(own);
    if (in_folder(own)) return;
    Cell cell;
    cell.stop = CellStop{dominating.split, dominating.codec, stop.evidence};
    cell.status = CellStatus::kStopped;
    cell.reason = stop_reason(*cell.stop);
    append(own, std::move(cell));
  }

  // Memory is for those that run.
  static void release(Contestant& own) {
    own.run = CellRun({}, 0, true);
    own.fitted.reset();
  }

  bool in_folder(const Contestant& own) const {
    const std::vector<Cell>& cells = folder_.cells();
    return std::any_of(cells.begin(), cells.end(),
                       [&](const Cell& cell) { return cell.key == own.job->key; });
  }

  // False when it was stopped before all cells were fitted, which only a resumed race has to do.
  bool finish() {
    std::vector<std::size_t> open;
    for (std::size_t cell = 0; cell < cells_.size(); ++cell) {
      if (cells_[cell].running && !in_folder(cells_[cell])) open.push_back(cell);
    }
    fit(batches_.size(), open);
    for (const std::size_t cell : open) {
      Contestant& own = cells_[cell];
      if (own.out) continue;
      if (!own.fitted) return false;
      const CellEvaluator& evaluator = *course(own.job->split).evaluator;
      own.run.batches = evaluator.batches();
      Cell result = evaluator.summarise(own.run);
      result.calibration = own.fitted->calibration;
      result.rate = own.fitted->rate;
      append(own, std::move(result));
    }
    recorder_.note(race_savings(racers(), images_));
    return true;
  }

  std::vector<Racer> racers() const { return {cells_.begin(), cells_.end()}; }

  Model& model_;
  const CapturedImages& captured_;
  CalibrationSet* calibration_;
  const SweepSettings& settings_;
  SweepRace rules_;
  SweepFolder& folder_;
  RunRecorder& recorder_;
  ImageBatches batches_;
  RaceFile file_;
  std::size_t images_;
  bool labelled_;
  std::vector<Contestant> cells_;
  std::map<std::pair<std::size_t, std::size_t>, const RaceEntry*> known_;  // by batch and cell
  std::map<std::size_t, Course> courses_;                                  // by split
  std::map<std::size_t, std::string> failures_;                            // by cell
  std::atomic<bool> stopped_{false};
  std::unique_ptr<Race> race_;
  std::vector<std::size_t> entrants_;          // the race's cells, by its numbers
  std::map<std::size_t, std::size_t> number_;  // the reverse
  std::mutex mutex_;                           // of what threads share while they measure
};

}  // namespace

SweepRace race_manifest(const SweepSettings& settings, const std::vector<SweepJob>& jobs,
                        std::size_t images) {
  SweepRace race;
  race.scope = settings.race->scope == RaceScope::kSplit ? "split" : "all";
  race.alpha = kAlpha;
  race.margin = settings.race->margin.value_or(default_race_margin(images));
  for (const SweepJob& job : jobs) {
    if (job.codec != nullptr) race.cells.push_back({job.key.split, job.key.codec});
  }
  return race;
}

bool race_over(const SweepFolder& folder) {
  std::error_code ignored;
  if (std::filesystem::exists(race_path(folder.path()), ignored)) return false;
  return std::any_of(folder.cells().begin(), folder.cells().end(), [](const Cell& cell) {
    return cell.status == CellStatus::kOk && cell.key.codec != kNoCodec;
  });
}

bool race_cells(ModelSession& session, const CapturedImages& captured, CalibrationSet* calibration,
                const SweepSettings& settings, const SweepRace& race,
                const std::vector<SweepJob>& jobs, SweepFolder& folder, RunRecorder& recorder) {
  return CellRace(session, captured, calibration, settings, race, jobs, folder, recorder).run();
}

}  // namespace splitbench
