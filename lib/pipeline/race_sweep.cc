#include "pipeline/race_sweep.h"

#include <algorithm>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <utility>

#include "base/error.h"
#include "io/race_file.h"
#include "pipeline/race_order.h"
#include "pipeline/race_tally.h"
#include "pipeline/race_track.h"
#include "pipeline/sweep_team.h"
#include "pipeline/team_leader.h"

namespace splitbench {
namespace {

constexpr double kAlpha = 0.05;

// A cell in the race; its results are those of the batches taken so far.
struct Contestant : Racer {
  CellRun results{{}, 0, true};
  std::optional<Cell> fit;  // once it has run here or on another rank
};

class CellRace {
 public:
  // Has laps run here or by several ranks, as RaceTrack::run().
  using RunLaps =
      std::function<bool(const std::vector<RaceStep>& steps, const RaceTrack::Keep& keep)>;

  CellRace(RaceTrack& track, RunLaps run_laps, const CapturedImages& captured, SweepRace rules,
           int threads, SweepFolder& folder, RunRecorder& recorder)
      : track_(track),
        run_laps_(std::move(run_laps)),
        inputs_(captured.inputs),
        answers_(right_answers(captured.inputs)),
        rules_(std::move(rules)),
        threads_(threads),
        folder_(folder),
        recorder_(recorder),
        batches_(track.batches()),
        file_(folder.path(), order_digest(batches_)),
        images_(captured.inputs.size()),
        cells_(track.cells().size()) {
    for (const RaceEntry& entry : file_.entries()) known_[{entry.batch, entry.cell}] = &entry;
  }

  // False when it was stopped on request.
  bool run() {
    for (std::vector<RaceStep> steps = first_steps(); !steps.empty(); steps = next_steps()) {
      const std::vector<RaceStep> open = replay(steps);
      if (!run_laps_(open, [this](const RaceLap& lap) { keep(lap); })) return false;
      tell_of_room();
      withdraw_failed();
      if (!race_) enter();
      decide(steps);
    }
    return finish();
  }

 private:
  // All cells, of which some may be refused at once.
  std::vector<RaceStep> first_steps() const {
    std::vector<RaceStep> steps;
    for (std::size_t cell = 0; cell < cells_.size() && !batches_.empty(); ++cell) {
      steps.push_back({cell, 0});
    }
    return steps;
  }

  std::vector<RaceStep> next_steps() const {
    std::vector<RaceStep> steps = race_->next();
    for (RaceStep& step : steps) step.cell = entrants_[step.cell];
    return steps;
  }

  void tell_of_room() {
    if (told_of_room_ || !track_.made_room()) return;
    recorder_.note("the race itself needs memory: tensors go to a temporary file in " +
                   folder_.path());
    told_of_room_ = true;
  }

  // Takes what is known of these steps. Returns the others.
  std::vector<RaceStep> replay(const std::vector<RaceStep>& steps) {
    std::vector<RaceStep> open;
    for (const RaceStep& step : steps) {
      const auto found = known_.find({step.batch, step.cell});
      if (found == known_.end()) {
        open.push_back(step);
      } else {
        take(*found->second);
      }
    }
    return open;
  }

  void take(const RaceEntry& entry) {
    Contestant& own = cells_.at(entry.cell);
    own.out = entry.out;
    if (own.out) return;
    const std::vector<std::size_t>& images = batches_.at(entry.batch);
    if (entry.answers.size() != images.size()) {
      throw bad_input(race_path(folder_.path()) +
                      " holds results of other images; start over with --fresh");
    }
    CellRun& results = own.results;
    if (results.payloads.empty()) results = CellRun({}, images_, true);
    for (std::size_t k = 0; k < images.size(); ++k) {
      results.answers[images[k]] = entry.answers[k];
      results.payloads[images[k]] = entry.payload_bytes[k];
      results.encode_s[images[k]] = entry.encode_s[k];
      results.decode_s[images[k]] = entry.decode_s[k];
    }
    own.images += images.size();
  }

  // Kept in this order: a kill in between leaves a cell that is measured outside the race.
  void keep(const RaceLap& lap) {
    Contestant& own = cells_.at(lap.entry.cell);
    file_.append(lap.entry);
    take(lap.entry);
    if (own.out) {
      append(lap.entry.cell, lap.fit);
    } else {
      own.fit = lap.fit;
      own.seconds += lap.seconds;
      own.measured += lap.entry.answers.size();
    }
    recorder_.progress(race_progress(racers(), images_, threads_));
  }

  void append(std::size_t cell, Cell result) {
    result.key = track_.cells()[cell].key;
    folder_.append(result);
  }

  void withdraw_failed() {
    for (std::size_t cell = 0; cell < cells_.size(); ++cell) {
      Contestant& own = cells_[cell];
      if (!own.running || !own.out) continue;
      own.running = false;
      if (race_) race_->withdraw(number_.at(cell));
      release(cell);
    }
  }

  // Those that are out already do not enter.
  void enter() {
    std::vector<std::string> groups;
    for (std::size_t cell = 0; cell < cells_.size(); ++cell) {
      if (!cells_[cell].running) continue;
      cells_[cell].entered = true;
      number_[cell] = groups.size();
      entrants_.push_back(cell);
      groups.push_back(rules_.scope == "split" ? track_.cells()[cell].key.split : "");
    }
    race_ = std::make_unique<Race>(std::move(groups), race_order(inputs_, batches_),
                                   RaceSettings{rules_.alpha, rules_.margin});
  }

  void decide(const std::vector<RaceStep>& steps) {
    std::vector<RaceResults> results(entrants_.size());
    for (const RaceStep& step : steps) {
      const Contestant& own = cells_[step.cell];
      if (!own.running) continue;
      RaceResults& seen = results[number_.at(step.cell)];
      for (const std::size_t image : batches_[step.batch]) {
        seen.correct.push_back(is_right(own.results.answers[image], answers_[image]) ? 1 : 0);
        seen.payload_bytes.push_back(own.results.payloads[image]);
      }
    }
    for (const RaceStop& stop : race_->advance(results)) halt(stop);
  }

  void halt(const RaceStop& stop) {
    const std::size_t stopped = entrants_[stop.cell];
    const CellKey& dominating = track_.cells()[entrants_[stop.dominated_by]].key;
    cells_[stopped].running = false;
    release(stopped);
    if (in_folder(stopped)) return;
    Cell cell;
    cell.stop = CellStop{dominating.split, dominating.codec, stop.evidence};
    cell.status = CellStatus::kStopped;
    cell.reason = stop_reason(*cell.stop);
    append(stopped, std::move(cell));
  }

  // Memory is for those that run.
  void release(std::size_t cell) {
    cells_[cell].results = CellRun({}, 0, true);
    track_.release(cell);
  }

  bool in_folder(std::size_t cell) const {
    const std::vector<Cell>& kept = folder_.cells();
    const CellKey& key = track_.cells()[cell].key;
    return std::any_of(kept.begin(), kept.end(),
                       [&](const Cell& other) { return other.key == key; });
  }

  // False when it was stopped before all cells were fitted, which only a resumed race has to do.
  bool finish() {
    for (std::size_t cell = 0; cell < cells_.size(); ++cell) {
      Contestant& own = cells_[cell];
      if (!own.running || in_folder(cell)) continue;
      if (!own.fit) {
        if (track_.stop_requested()) return false;
        own.fit = track_.fit(cell);
      }
      if (own.fit->status != CellStatus::kOk) {
        own.out = true;
        append(cell, *own.fit);
        continue;
      }
      Cell result = track_.summarise(cell, own.results);
      result.calibration = own.fit->calibration;
      result.rate = own.fit->rate;
      result.bottleneck = own.fit->bottleneck;
      append(cell, std::move(result));
    }
    recorder_.note(race_savings(racers(), images_));
    return true;
  }

  std::vector<Racer> racers() const { return {cells_.begin(), cells_.end()}; }

  RaceTrack& track_;
  RunLaps run_laps_;
  const EvaluationSet& inputs_;
  std::vector<int> answers_;  // the right ones
  SweepRace rules_;
  int threads_;
  SweepFolder& folder_;
  RunRecorder& recorder_;
  const ImageBatches& batches_;
  RaceFile file_;
  std::size_t images_;
  std::vector<Contestant> cells_;
  std::map<std::pair<std::size_t, std::size_t>, const RaceEntry*> known_;  // by batch and cell
  bool told_of_room_ = false;
  std::unique_ptr<Race> race_;
  std::vector<std::size_t> entrants_;          // the race's cells, by its numbers
  std::map<std::size_t, std::size_t> number_;  // the reverse
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

bool race_cells(ModelSession& session, const SweepCapture& capture, const SweepSettings& settings,
                const SweepRace& race, const std::vector<SweepJob>& jobs, SweepFolder& folder,
                RunRecorder& recorder) {
  RaceTrack track(session, capture, settings, jobs);
  const auto run_laps = [&](const std::vector<RaceStep>& steps, const RaceTrack::Keep& keep) {
    return settings.team == nullptr ? track.run(steps, keep)
                                    : run_laps_in_team(track, settings, steps, keep);
  };
  const std::size_t ranks = settings.team == nullptr ? 1 : settings.team->size();
  return CellRace(track, run_laps, capture.evaluated, race,
                  settings.threads * static_cast<int>(ranks), folder, recorder)
      .run();
}

}  // namespace splitbench
