#include "pipeline/sweep_team.h"

#include <algorithm>
#include <sstream>
#include <utility>

#include "base/error.h"
#include "codec/bottleneck/learned_codec.h"
#include "io/cells_file.h"
#include "io/race_file.h"
#include "pipeline/race_order.h"
#include "pipeline/team_leader.h"

namespace splitbench {
namespace {

constexpr char kOrigin[] = "a message of another rank";
// What tasks begin with.
constexpr char kCell[] = "cell ";
constexpr char kLap[] = "lap ";

bool starts_with(const std::string& text, const std::string& start) {
  return text.compare(0, start.size(), start) == 0;
}

// With the bottleneck, whose file may be another on another machine.
std::string job_text(const SweepJob& job) {
  const bool learned = job.codec != nullptr && job.codec->bottleneck;
  return job.key.split + "\t" + job.key.codec +
         (learned ? "\t" + job.codec->bottleneck->sha256 : "");
}

const SweepJob& job_of(const std::vector<SweepJob>& jobs, const std::string& text) {
  const auto found = std::find_if(jobs.begin(), jobs.end(),
                                  [&](const SweepJob& job) { return job_text(job) == text; });
  if (found != jobs.end()) return *found;
  throw bad_input("rank 0 asks for '" + text +
                  "', which is no cell here; start all ranks with the same arguments");
}

std::vector<SweepJob> jobs_of(const std::vector<SweepJob>& jobs, const std::string& lines) {
  std::vector<SweepJob> chosen;
  std::istringstream stream(lines);
  for (std::string line; std::getline(stream, line);) chosen.push_back(job_of(jobs, line));
  return chosen;
}

// Another model, dataset or seed on another machine.
void require_same(const CellKey& measured, const CellKey& wanted) {
  if (measured == wanted) return;
  throw bad_input("another rank measured '" + measured.split + " " + measured.codec +
                  "' of another sweep; start all ranks with the same arguments and files");
}

std::string lap_task(const RaceTrack& track, const RaceStep& step) {
  return kLap + std::to_string(order_digest(track.batches())) + " " + std::to_string(step.batch) +
         " " + std::to_string(step.cell);
}

std::string lap_text(const RaceTrack& track, RaceLap lap) {
  lap.fit.key = track.cells()[lap.entry.cell].key;
  std::ostringstream text;
  text << lap.seconds << "\n" << race_line(lap.entry) << cell_line(lap.fit);
  return text.str();
}

RaceLap parse_lap(const std::string& text) {
  std::istringstream stream(text);
  std::string seconds, entry, fit;
  std::getline(stream, seconds);
  std::getline(stream, entry);
  std::getline(stream, fit);
  return {parse_race_line(entry, kOrigin), parse_cell_line(fit, kOrigin), std::stod(seconds)};
}

}  // namespace

void prepare_team(const SweepSettings& settings, const std::vector<SweepJob>& open) {
  std::string lines;
  for (const SweepJob& job : open) lines += job_text(job) + "\n";
  settings.team->prepare(lines);
}

bool measure_in_team(ModelSession& session, const SweepCapture& capture,
                     const SweepSettings& settings, const std::vector<SweepJob>& jobs,
                     SweepFolder& folder, RunRecorder& recorder) {
  CellBench bench(session, capture, settings);
  std::size_t done = 0;
  const auto tell = [&](const std::string& detail) {
    recorder.progress({"sweep", done, jobs.size(), "cells", detail});
  };
  TeamLeader::Round round;
  for (const SweepJob& job : jobs) round.tasks.push_back({kCell + job_text(job), job.split});
  round.work = [&](std::size_t task) { return cell_line(bench.measure(jobs[task], {})); };
  round.take = [&](std::size_t task, const std::string& result) {
    const Cell cell = parse_cell_line(result, kOrigin);
    require_same(cell.key, jobs[task].key);
    folder.append(cell);
    ++done;
    tell(cell.key.split + " " + cell.key.codec);
  };
  round.stop_requested = settings.stop_requested;
  tell("");
  return settings.team->run(round);
}

bool run_laps_in_team(RaceTrack& track, const SweepSettings& settings,
                      const std::vector<RaceStep>& steps, const RaceTrack::Keep& keep) {
  TeamLeader::Round round;
  for (const RaceStep& step : steps) {
    round.tasks.push_back({lap_task(track, step), track.cells()[step.cell].split});
  }
  round.work = [&](std::size_t task) { return lap_text(track, track.lap(steps[task])); };
  round.take = [&](std::size_t task, const std::string& result) {
    const RaceLap lap = parse_lap(result);
    require_same(lap.fit.key, track.cells()[steps[task].cell].key);
    keep(lap);
  };
  round.stop_requested = [&] { return track.stop_requested(); };
  return settings.team->run(round);
}

SweepMember::SweepMember(ModelSession& session, const Dataset& dataset,
                         const SweepSettings& settings, RunRecorder& recorder,
                         const std::string& preparation)
    : session_(session),
      settings_(settings),
      jobs_(jobs_of_shard(all_jobs(session, dataset, settings), settings.shard)),
      capture_(capture_sweep(
          session, dataset, settings, jobs_of(jobs_, preparation),
          [&settings] {
            if (settings.stop_requested && settings.stop_requested()) {
              throw runtime_failure("stopped as requested, before its first cell");
            }
          },
          recorder)),
      bench_(session, capture_, settings) {}

std::string SweepMember::work(const std::string& task) {
  if (starts_with(task, kCell)) {
    return cell_line(bench_.measure(job_of(jobs_, task.substr(sizeof(kCell) - 1)), {}));
  }
  if (!starts_with(task, kLap)) {
    throw bad_input("rank 0 asks for '" + task + "'; start the same splitbench everywhere");
  }
  if (!track_) track_.emplace(session_, capture_, settings_, jobs_);
  std::istringstream numbers(task.substr(sizeof(kLap) - 1));
  std::uint64_t order = 0;
  RaceStep step;
  numbers >> order >> step.batch >> step.cell;
  if (order != order_digest(track_->batches())) {
    throw bad_input(
        "the images or the network's answers to them are not those of rank 0; give "
        "all ranks the same files");
  }
  return lap_text(*track_, track_->lap(step));
}

}  // namespace splitbench
