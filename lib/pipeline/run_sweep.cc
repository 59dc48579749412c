#include "pipeline/run_sweep.h"

#include <algorithm>
#include <filesystem>

#include "base/clock.h"
#include "base/error.h"
#include "base/spec.h"
#include "io/cells_file.h"
#include "io/front_document.h"
#include "io/race_file.h"
#include "io/text_file.h"
#include "pipeline/cell_bench.h"
#include "pipeline/estimate_sweep.h"
#include "pipeline/race_sweep.h"
#include "pipeline/sweep_capture.h"
#include "pipeline/sweep_folder.h"
#include "pipeline/sweep_jobs.h"
#include "pipeline/sweep_team.h"

namespace splitbench {
namespace {

std::string list_text(const std::vector<double>& values) {
  std::string text;
  for (const double value : values) text += (text.empty() ? "" : ",") + format_number(value);
  return text;
}

std::string preprocess_text(const std::optional<Preprocess>& steps) {
  if (!steps) return "";
  const auto number = [](const std::optional<int>& value) {
    return value ? std::to_string(*value) : std::string("none");
  };
  return "resize=" + number(steps->resize) +
         ":interpolation=" + interpolation_name(steps->interpolation) +
         ":crop=" + number(steps->crop) + ":mean=" + list_text(steps->mean) +
         ":std=" + list_text(steps->std) + ":channels=" + (steps->gray ? "gray" : "rgb");
}

SweepManifest manifest_of(const ModelSession& session, const Dataset& dataset,
                          const SweepSettings& settings, const std::vector<SweepJob>& all) {
  SweepManifest manifest;
  manifest.model_name = session.manifest.name;
  manifest.model_sha256 = session.sha256;
  manifest.input_shape = shape_text(session.model->info().input.shape);
  manifest.output = settings.output;
  manifest.preprocess = preprocess_text(session.manifest.preprocess);
  manifest.dataset = dataset.spec();
  const std::size_t calibration_images = calibration_indices(dataset, settings).size();
  if (calibration_images != 0) {
    manifest.calibration = settings.calibration->spec();
    manifest.calibration_images = calibration_images;
  }
  manifest.images = images_wanted(dataset, settings);
  manifest.seed = settings.seed;
  if (settings.shard.count > 1) {
    manifest.shard = SweepShard{settings.shard, {}};
    for (const SweepJob& job : all) manifest.shard->cells.push_back({job.key.split, job.key.codec});
  }
  if (settings.race) manifest.race = race_manifest(settings, all, manifest.images);
  return manifest;
}

bool stop_requested(const SweepSettings& settings) {
  return settings.stop_requested && settings.stop_requested();
}

Error stopped(const std::string& folder, std::size_t cells, std::size_t open) {
  return runtime_failure("stopped as requested; " + std::to_string(cells - open) + " of " +
                         std::to_string(cells) + " cells are in " + folder +
                         ", repeat the command with --resume to go on");
}

// The codecs of the split that begins at the job `first`. Those with a target find their settings
// first, and calibrate for them as they go.
std::vector<const ConfiguredCodec*> codecs_at(const std::vector<SweepJob>& jobs,
                                              std::size_t first) {
  std::vector<const ConfiguredCodec*> codecs;
  for (std::size_t j = first; j < jobs.size() && jobs[j].split == jobs[first].split; ++j) {
    if (jobs[j].codec != nullptr && !jobs[j].codec->target) codecs.push_back(jobs[j].codec);
  }
  return codecs;
}

Progress sweep_progress(const SweepPace& pace, std::size_t done, std::size_t total,
                        const std::string& detail) {
  Progress progress{"sweep", done, total, "cells", detail};
  if (pace.images_per_s()) progress.pace = rate_text(*pace.images_per_s()) + " images/s";
  progress.left_s = pace.left_s();
  return progress;
}

// Returns how many of the jobs were done before a request to stop: all, when there was none.
std::size_t measure_cells(ModelSession& session, const SweepCapture& capture,
                          const SweepSettings& settings, const std::vector<SweepJob>& jobs,
                          SweepFolder& folder, RunRecorder& recorder) {
  SweepPace pace(work_of(jobs, session.model->info()));
  CellBench bench(session, capture, settings);
  for (std::size_t j = 0; j < jobs.size(); ++j) {
    if (stop_requested(settings)) return j;
    const SweepJob& job = jobs[j];
    recorder.progress(sweep_progress(pace, j, jobs.size(), job.key.split + " " + job.key.codec));
    const double start_s = monotonic_s();
    const Cell cell = bench.measure(job, codecs_at(jobs, j));
    folder.append(cell);
    // At device-only no image is coded.
    pace.cell_done(monotonic_s() - start_s, job.codec == nullptr ? 0 : cell.accuracy.images);
  }
  recorder.progress(sweep_progress(pace, jobs.size(), jobs.size(), ""));
  return jobs.size();
}

// Those of `jobs` that the folder lacks and those, of the first look, that failed and are tried
// again.
class OpenJobs {
 public:
  OpenJobs(const std::vector<SweepJob>& jobs, const SweepSettings& settings,
           const SweepFolder& folder)
      : jobs_(jobs), folder_(folder) {
    for (const SweepJob& job : jobs) {
      retry_.push_back(settings.retry_failed && folder.finished(job.key, false) &&
                       !folder.finished(job.key, true));
    }
  }

  std::vector<SweepJob> now() const {
    std::vector<SweepJob> open;
    for (std::size_t i = 0; i < jobs_.size(); ++i) {
      if (retry_[i] || !folder_.finished(jobs_[i].key, false)) open.push_back(jobs_[i]);
    }
    return open;
  }

 private:
  const std::vector<SweepJob>& jobs_;
  const SweepFolder& folder_;
  std::vector<bool> retry_;
};

// False when it was stopped on request.
bool measure_open(ModelSession& session, const SweepCapture& capture, const SweepSettings& settings,
                  const SweepManifest& manifest, const std::vector<SweepJob>& jobs,
                  const OpenJobs& open, SweepFolder& folder, RunRecorder& recorder) {
  if (manifest.race && !race_over(folder) &&
      !race_cells(session, capture, settings, *manifest.race, jobs, folder, recorder)) {
    return false;
  }
  // All of a plain sweep; of a race, what did not take part and what a failed cell had stopped.
  const std::vector<SweepJob> left = open.now();
  if (settings.team != nullptr) {
    return measure_in_team(session, capture, settings, left, folder, recorder);
  }
  return measure_cells(session, capture, settings, left, folder, recorder) == left.size();
}

}  // namespace

SweepResult run_sweep(ModelSession& session, const Dataset& dataset, const SweepSettings& settings,
                      RunRecorder& recorder) {
  if (settings.race && settings.shard.count > 1) {
    throw bad_input(
        "a race compares all cells with each other, so --race does not go with --shard");
  }
  SweepResult result;
  const std::vector<SweepJob> all = all_jobs(session, dataset, settings);
  const SweepManifest manifest = manifest_of(session, dataset, settings, all);
  SweepFolder folder(settings.folder, manifest, settings.existing, recorder);
  const std::vector<SweepJob> jobs = jobs_of_shard(all, settings.shard);
  const OpenJobs open_jobs(jobs, settings, folder);
  const std::vector<SweepJob> open = open_jobs.now();
  bool finished = true;
  if (!open.empty()) {
    if (settings.team != nullptr) prepare_team(settings, open);
    const SweepCapture capture = capture_sweep(
        session, dataset, settings, open,
        [&] {
          if (stop_requested(settings)) throw stopped(folder.path(), jobs.size(), open.size());
        },
        recorder);
    result.skipped = capture.evaluated.skipped;
    finished =
        measure_open(session, capture, settings, manifest, jobs, open_jobs, folder, recorder);
  }
  if (finished) remove_race(settings.folder);
  result.cells = folder.cells();
  result.measured = folder.appended();
  for (const Cell& cell : result.cells) result.failed += cell.status == CellStatus::kFailed ? 1 : 0;
  result.fronts = pareto_fronts(result.cells);
  write_text_file(settings.folder + "/front.json",
                  front_document(result.fronts, recorder.finish()));
  if (!finished) throw stopped(folder.path(), jobs.size(), open_jobs.now().size());
  return result;
}

SweepPlan plan_sweep(ModelSession& session, const Dataset& dataset, const SweepSettings& settings) {
  SweepPlan plan;
  const std::vector<SweepJob> jobs =
      jobs_of_shard(all_jobs(session, dataset, settings), settings.shard);
  plan.cells = jobs.size();
  plan.splits = select_splits(session.model->info().splits, settings.split).size();
  plan.images = images_wanted(dataset, settings);
  std::vector<Cell> cells;
  if (settings.existing == ExistingSweep::kResume &&
      std::filesystem::exists(cells_path(settings.folder))) {
    cells = read_cells(settings.folder, nullptr);
  }
  std::vector<SweepJob> open;
  for (const SweepJob& job : jobs) {
    const bool finished = std::any_of(cells.begin(), cells.end(),
                                      [&](const Cell& cell) { return cell.key == job.key; });
    if (!finished) open.push_back(job);
  }
  plan.finished = jobs.size() - open.size();
  plan.seconds = estimate_sweep_s(session, dataset, settings, open);
  return plan;
}

}  // namespace splitbench
