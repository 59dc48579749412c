#include "pipeline/run_sweep.h"

#include <algorithm>
#include <deque>
#include <filesystem>
#include <optional>
#include <utility>

#include "base/error.h"
#include "io/cells_file.h"
#include "io/front_document.h"
#include "io/race_file.h"
#include "io/text_file.h"
#include "pipeline/cell_loop.h"
#include "pipeline/estimate_sweep.h"
#include "pipeline/open_cells.h"
#include "pipeline/point_search.h"
#include "pipeline/race_sweep.h"
#include "pipeline/sweep_capture.h"
#include "pipeline/sweep_folder.h"
#include "pipeline/sweep_identity.h"
#include "pipeline/sweep_jobs.h"
#include "pipeline/sweep_team.h"

namespace splitbench {
namespace {

bool stop_requested(const SweepSettings& settings) {
  return settings.stop_requested && settings.stop_requested();
}

Error stopped(const std::string& folder, const CellCount& cells) {
  return runtime_failure("stopped as requested; " + std::to_string(cells.all - cells.open) +
                         " of " + std::to_string(cells.all) + " cells are in " + folder +
                         ", repeat the command with --resume to go on");
}

// False when it was stopped on request.
bool measure_open(ModelSession& session, const SweepCapture& capture, const SweepSettings& settings,
                  const SweepManifest& manifest, const std::vector<SweepJob>& jobs,
                  const KnownCell& known, SweepFolder& folder, RunRecorder& recorder) {
  if (manifest.race && !race_over(folder) &&
      !race_cells(session, capture, settings, *manifest.race, jobs, folder, recorder)) {
    return false;
  }
  // All of a plain sweep; of a race, what did not take part and what a failed cell had stopped.
  const std::vector<SweepJob> left =
      open_jobs(jobs, point_rules(settings, session.model->info()), known);
  if (settings.team != nullptr) {
    return measure_in_team(session, capture, settings, left, folder, recorder);
  }
  return measure_cells(session, capture, settings, left, folder, known, recorder);
}

void refuse_contradictions(const SweepSettings& settings) {
  if (settings.race && settings.shard.count > 1) {
    throw bad_input(
        "a race compares all cells with each other, so --race does not go with --shard");
  }
  if (settings.points == 0) return;
  if (settings.race) {
    throw bad_input(
        "a race measures its cells side by side and a search each after the one before, so "
        "--points does not go with --race");
  }
  if (settings.shard.count > 1) {
    throw bad_input(
        "which cells a search comes to is not known beforehand, so --points does not go with "
        "--shard; give each process splits of its own (--split) and join the folders: splitbench "
        "merge");
  }
  if (settings.team != nullptr) {
    throw bad_input(
        "a search measures its cells one after the other, so --points does not go with --mpi; give "
        "each process splits of its own (--split) and join the folders: splitbench merge");
  }
  if (std::none_of(settings.codecs.begin(), settings.codecs.end(),
                   [](const ConfiguredCodec& codec) { return codec.searched; })) {
    throw bad_input(
        "--points has nothing to search: every codec names its setting or has none to choose; "
        "leave the setting out, as in --codec quant");
  }
}

}  // namespace

SweepResult run_sweep(ModelSession& session, const Dataset& dataset, const SweepSettings& settings,
                      RunRecorder& recorder) {
  refuse_contradictions(settings);
  SweepResult result;
  const std::vector<SweepJob> all = all_jobs(session, dataset, settings);
  const SweepManifest manifest = sweep_manifest(session, dataset, settings, all);
  SweepFolder folder(settings.folder, manifest, settings.existing, recorder);
  folder.report_to(settings.cells_changed);
  std::vector<SweepJob> jobs = jobs_of_shard(all, settings.shard);
  std::deque<PointCell> again;
  if (settings.retry_failed) jobs = with_failed_points(jobs, folder.cells(), again);
  const KnownCell known = [&](const CellKey& key) {
    return folder.finished(key, settings.retry_failed) ? folder.find(key) : nullptr;
  };
  const PointSearchRules rules = point_rules(settings, session.model->info());
  const std::vector<SweepJob> open = open_jobs(jobs, rules, known);
  bool finished = true;
  if (!open.empty()) {
    if (settings.team != nullptr) prepare_team(settings, open);
    const SweepCapture capture = capture_sweep(
        session, dataset, settings, open,
        [&] {
          if (stop_requested(settings)) {
            throw stopped(folder.path(), count_cells(jobs, rules, known));
          }
        },
        recorder);
    result.skipped = capture.evaluated.skipped;
    finished = measure_open(session, capture, settings, manifest, jobs, known, folder, recorder);
  }
  if (finished) remove_race(settings.folder);
  result.cells = folder.cells();
  result.measured = folder.appended();
  for (const Cell& cell : result.cells) result.failed += cell.status == CellStatus::kFailed ? 1 : 0;
  result.fronts = pareto_fronts(result.cells);
  write_text_file(settings.folder + "/front.json",
                  front_document(result.fronts, recorder.finish()));
  if (!finished) throw stopped(folder.path(), count_cells(jobs, rules, known));
  return result;
}

SweepPlan plan_sweep(ModelSession& session, const Dataset& dataset, const SweepSettings& settings) {
  refuse_contradictions(settings);
  SweepPlan plan;
  const ModelInfo& info = session.model->info();
  const std::vector<SweepJob> jobs =
      jobs_of_shard(all_jobs(session, dataset, settings), settings.shard);
  plan.splits = select_splits(info.splits, settings.split).size();
  plan.images = images_wanted(dataset, settings);
  std::vector<Cell> cells;
  if (settings.existing == ExistingSweep::kResume &&
      std::filesystem::exists(cells_path(settings.folder))) {
    cells = read_cells(settings.folder, nullptr);
  }
  const KnownCell known = [&](const CellKey& key) {
    const auto found =
        std::find_if(cells.begin(), cells.end(), [&](const Cell& cell) { return cell.key == key; });
    return found == cells.end() ? nullptr : &*found;
  };
  const PointSearchRules rules = point_rules(settings, info);
  const CellCount count = count_cells(jobs, rules, known);
  plan.cells = count.all;
  plan.finished = count.all - count.open;
  std::deque<PointCell> likely;
  std::vector<SweepJob> cells_open;
  for (const SweepJob& job : open_jobs(jobs, rules, known)) {
    if (!job.is_search()) {
      cells_open.push_back(job);
      continue;
    }
    for (PointCell& cell : likely_points(job, search_points(job, rules, known).left)) {
      likely.push_back(std::move(cell));
      cells_open.push_back({likely.back().key, job.split, &likely.back().codec});
    }
  }
  plan.seconds = estimate_sweep_s(session, dataset, settings, cells_open);
  return plan;
}

}  // namespace splitbench
