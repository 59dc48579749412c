#include "pipeline/run_sweep.h"

#include <algorithm>
#include <filesystem>
#include <memory>

#include "base/clock.h"
#include "base/error.h"
#include "base/spec.h"
#include "codec/calibration.h"
#include "io/cells_file.h"
#include "io/front_document.h"
#include "io/race_file.h"
#include "io/text_file.h"
#include "pipeline/calibration_set.h"
#include "pipeline/capture_images.h"
#include "pipeline/cell_evaluator.h"
#include "pipeline/codec_fitter.h"
#include "pipeline/estimate_sweep.h"
#include "pipeline/race_sweep.h"
#include "pipeline/sweep_folder.h"
#include "pipeline/sweep_jobs.h"

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

Cell measure_cell(CodecFitter& fitter, CellEvaluator& evaluator, const ConfiguredCodec& codec,
                  CellSeconds& seconds) {
  const double start_s = monotonic_s();
  FittedCodec fitted;
  try {
    fitted = fitter.fit(codec);
    seconds.fitting = monotonic_s() - start_s;
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
  Cell cell = evaluator.evaluate(fitted.codecs);
  cell.calibration = fitted.calibration;
  cell.rate = fitted.rate;
  return cell;
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
std::size_t measure_cells(ModelSession& session, const CapturedImages& captured,
                          CalibrationSet* calibration, const SweepSettings& settings,
                          const std::vector<SweepJob>& jobs, SweepFolder& folder,
                          RunRecorder& recorder) {
  const CellEvaluator::Settings evaluation{settings.batch, settings.threads};
  SweepPace pace(work_of(jobs, session.model->info()));
  std::unique_ptr<CellEvaluator> evaluator;
  std::unique_ptr<CodecFitter> fitter;
  std::size_t current = 0;
  for (std::size_t j = 0; j < jobs.size(); ++j) {
    if (stop_requested(settings)) return j;
    const SweepJob& job = jobs[j];
    recorder.progress(sweep_progress(pace, j, jobs.size(), job.key.split + " " + job.key.codec));
    const double start_s = monotonic_s();
    if (!evaluator || current != job.split) {
      // At device-only nothing was stored, and nothing is read.
      const std::size_t position = job.codec == nullptr ? 0 : captured.position(job.split);
      evaluator = std::make_unique<CellEvaluator>(*session.model, job.split, *captured.store,
                                                  position, captured.inputs, evaluation);
      fitter = std::make_unique<CodecFitter>(*session.model, job.split, calibration,
                                             CodecFitter::Settings{evaluation, settings.folder});
      fitter->expect(codecs_at(jobs, j));
      current = job.split;
    }
    CellSeconds seconds;
    Cell cell = job.codec == nullptr ? evaluator->evaluate_device_only()
                                     : measure_cell(*fitter, *evaluator, *job.codec, seconds);
    cell.key = job.key;
    folder.append(cell);
    // At device-only no image is coded.
    const std::size_t images = job.codec == nullptr ? 0 : cell.accuracy.images;
    seconds.all = monotonic_s() - start_s;
    seconds.coding =
        (cell.encode.median + cell.decode.median) * static_cast<double>(images) / settings.threads;
    pace.cell_done(seconds, images);
  }
  recorder.progress(sweep_progress(pace, jobs.size(), jobs.size(), ""));
  return jobs.size();
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

// Null when no open cell needs any, or there are none.
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
bool measure_open(ModelSession& session, const CapturedImages& captured,
                  CalibrationSet* calibration, const SweepSettings& settings,
                  const SweepManifest& manifest, const std::vector<SweepJob>& jobs,
                  const OpenJobs& open, SweepFolder& folder, RunRecorder& recorder) {
  if (manifest.race && !race_over(folder) &&
      !race_cells(session, captured, calibration, settings, *manifest.race, jobs, folder,
                  recorder)) {
    return false;
  }
  // All of a plain sweep; of a race, what did not take part and what a failed cell had stopped.
  const std::vector<SweepJob> left = open.now();
  return measure_cells(session, captured, calibration, settings, left, folder, recorder) ==
         left.size();
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
    const CaptureSettings capture = capture_settings(settings, [&] {
      if (stop_requested(settings)) throw stopped(folder.path(), jobs.size(), open.size());
    });
    const CapturedImages captured = capture_images(
        session, dataset, choose_samples(dataset.size(), settings.limit, settings.seed),
        splits_of(open, [](const ConfiguredCodec&) { return true; }), capture, recorder);
    check_answers(captured, session.model->info(), recorder);
    result.skipped = captured.skipped;
    const std::unique_ptr<CalibrationSet> calibration =
        capture_calibration(session, dataset, settings, open, captured, capture, recorder);
    finished = measure_open(session, captured, calibration.get(), settings, manifest, jobs,
                            open_jobs, folder, recorder);
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
