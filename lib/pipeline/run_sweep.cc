#include "pipeline/run_sweep.h"

#include <algorithm>
#include <map>
#include <memory>

#include "base/clock.h"
#include "base/error.h"
#include "base/spec.h"
#include "io/cells_file.h"
#include "io/front_document.h"
#include "io/text_file.h"
#include "pipeline/boundary_store.h"
#include "pipeline/cell_evaluator.h"
#include "pipeline/parallel_for.h"
#include "pipeline/sweep_folder.h"

namespace splitbench {
namespace {

constexpr char kNoCodec[] = "none";
constexpr std::size_t kSkippedNamed = 10;  // warnings about single images before they are summed up

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

std::size_t images_wanted(const Dataset& dataset, const SweepSettings& settings) {
  return settings.limit == 0 ? dataset.size() : std::min(settings.limit, dataset.size());
}

SweepManifest manifest_of(const ModelSession& session, const Dataset& dataset,
                          const SweepSettings& settings) {
  SweepManifest manifest;
  manifest.model_name = session.manifest.name;
  manifest.model_sha256 = session.sha256;
  manifest.input_shape = shape_text(session.model->info().input.shape);
  manifest.output = settings.output;
  manifest.preprocess = preprocess_text(session.manifest.preprocess);
  manifest.dataset = dataset.spec();
  manifest.calibration = settings.calibration;
  manifest.images = images_wanted(dataset, settings);
  manifest.seed = settings.seed;
  return manifest;
}

// One cell to be measured; no codec at device-only.
struct Job {
  CellKey key;
  std::size_t split = 0;
  const ConfiguredCodec* codec = nullptr;
};

std::vector<Job> all_jobs(const ModelSession& session, const Dataset& dataset,
                          const SweepSettings& settings) {
  std::vector<Job> jobs;
  const std::vector<SplitPoint>& splits = session.model->info().splits;
  for (const std::size_t split : select_splits(splits, settings.split)) {
    const CellKey key{session.sha256,
                      splits[split].id,
                      kNoCodec,
                      dataset.spec(),
                      images_wanted(dataset, settings),
                      settings.seed};
    if (splits[split].kind == SplitKind::kDeviceOnly) {
      jobs.push_back({key, split, nullptr});
      continue;
    }
    for (const ConfiguredCodec& codec : settings.codecs) {
      jobs.push_back({key, split, &codec});
      jobs.back().key.codec = codec.spec;
    }
  }
  return jobs;
}

// The captured inputs of a sweep.
struct Captured {
  EvaluationSet inputs;
  std::unique_ptr<BoundaryStore> store;
  std::vector<std::size_t> splits;  // those in the store, ascending
};

class Capture {
 public:
  Capture(ModelSession& session, const Dataset& dataset, const SweepSettings& settings,
          RunRecorder& recorder)
      : session_(session), dataset_(dataset), settings_(settings), recorder_(recorder) {}

  Captured run(std::vector<std::size_t> splits, std::vector<SkippedInput>& skipped) {
    const std::vector<std::size_t> wanted =
        choose_samples(dataset_.size(), settings_.limit, settings_.seed);
    captured_.splits = std::move(splits);
    captured_.inputs.preprocess = session_.manifest.preprocess;
    std::vector<BoundarySpec> specs;
    for (const std::size_t split : captured_.splits) {
      specs.push_back(session_.model->info().splits[split].boundary);
    }
    captured_.store = std::make_unique<BoundaryStore>(specs, wanted.size(), settings_.memory_bytes,
                                                      settings_.folder);
    if (captured_.store->spilled()) {
      recorder_.note("keeping " + std::to_string(captured_.store->bytes() >> 20) +
                     " MiB of tensors in a temporary file in " + settings_.folder);
    }
    const std::size_t stride = settings_.batch * static_cast<std::size_t>(settings_.threads);
    for (std::size_t first = 0; first < wanted.size(); first += stride) {
      recorder_.progress({"capture", first, wanted.size(), "images", ""});
      const std::size_t count = std::min(stride, wanted.size() - first);
      add({wanted.begin() + static_cast<std::ptrdiff_t>(first),
           wanted.begin() + static_cast<std::ptrdiff_t>(first + count)},
          skipped);
    }
    recorder_.progress({"capture", wanted.size(), wanted.size(), "images", ""});
    if (captured_.inputs.size() == 0) {
      throw bad_input(dataset_.spec() +
                      ": not one image could be read (the first: " + skipped.front().reason + ")");
    }
    return std::move(captured_);
  }

 private:
  // Loads the samples and captures them batch by batch, a batch on each thread.
  void add(const std::vector<std::size_t>& indices, std::vector<SkippedInput>& skipped) {
    std::vector<PreparedInput> prepared = load(indices, skipped);
    const std::size_t first = captured_.inputs.baseline.size();
    captured_.inputs.baseline.resize(first + prepared.size());
    const std::size_t batch = in_batches() ? settings_.batch : 1;
    parallel_for((prepared.size() + batch - 1) / batch, settings_.threads, [&](std::size_t b) {
      session_.model->use_threads(1);
      std::vector<const Tensor*> parts;
      for (std::size_t i = b * batch; i < std::min((b + 1) * batch, prepared.size()); ++i) {
        parts.push_back(&prepared[i].tensor);
      }
      store(session_.model->capture(stack_batch(parts), captured_.splits), first + b * batch,
            parts.size());
    });
    for (PreparedInput& input : prepared) {
      captured_.inputs.images.push_back(std::move(input.image));
      captured_.inputs.labels.push_back(input.label);
    }
  }

  std::vector<PreparedInput> load(const std::vector<std::size_t>& indices,
                                  std::vector<SkippedInput>& skipped) {
    std::vector<PreparedInput> prepared(indices.size());
    std::vector<std::string> failures(indices.size());
    parallel_for(indices.size(), settings_.threads, [&](std::size_t i) {
      std::optional<Sample> sample;
      try {
        sample = dataset_.load(indices[i]);
      } catch (const Error& error) {
        failures[i] = error.what();  // one image less, not the end of the sweep
        return;
      }
      prepared[i] = prepare_input(*sample, session_.manifest.preprocess,
                                  session_.model->info().input, session_.manifest.classes.size());
    });
    std::vector<PreparedInput> good;
    for (std::size_t i = 0; i < indices.size(); ++i) {
      if (failures[i].empty()) {
        good.push_back(std::move(prepared[i]));
        continue;
      }
      skipped.push_back({indices[i], failures[i]});
      if (skipped.size() <= kSkippedNamed) recorder_.warning("left out: " + failures[i]);
    }
    return good;
  }

  // A boundary that is not laid out by image cannot be taken apart after a batch.
  bool in_batches() const {
    const ModelInfo& info = session_.model->info();
    return info.any_batch && std::all_of(captured_.splits.begin(), captured_.splits.end(),
                                         [&](std::size_t s) { return info.splits[s].batched; });
  }

  // Keeps what one captured batch gave for the images from `first` on.
  void store(const std::vector<Boundary>& boundaries, std::size_t first, std::size_t count) {
    for (std::size_t s = 0; s < captured_.splits.size(); ++s) {
      for (std::size_t i = 0; i < count; ++i) {
        Boundary item;
        for (const Tensor& tensor : boundaries[s]) {
          item.push_back(count == 1 ? tensor : batch_item(tensor, i));
        }
        captured_.store->put(s, first + i, item);
      }
    }
    if (first == 0) captured_.inputs.first_output = batch_item(boundaries.back().at(0), 0);
    const std::vector<int> answers = answers_of(boundaries.back().at(0));
    std::copy(answers.begin(), answers.end(),
              captured_.inputs.baseline.begin() + static_cast<std::ptrdiff_t>(first));
  }

  ModelSession& session_;
  const Dataset& dataset_;
  const SweepSettings& settings_;
  RunRecorder& recorder_;
  Captured captured_;
};

void check_answers(const Captured& captured, const ModelInfo& info, RunRecorder& recorder) {
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

void measure_cells(ModelSession& session, const Captured& captured, const SweepSettings& settings,
                   const std::vector<Job>& jobs, SweepFolder& folder, RunRecorder& recorder) {
  std::unique_ptr<CellEvaluator> evaluator;
  std::size_t evaluator_split = 0;
  for (std::size_t j = 0; j < jobs.size(); ++j) {
    const Job& job = jobs[j];
    recorder.progress({"sweep", j, jobs.size(), "cells", job.key.split + " " + job.key.codec});
    if (!evaluator || evaluator_split != job.split) {
      const auto found = std::find(captured.splits.begin(), captured.splits.end(), job.split);
      const auto position = static_cast<std::size_t>(found - captured.splits.begin());
      evaluator = std::make_unique<CellEvaluator>(
          *session.model, job.split, *captured.store, position, captured.inputs,
          CellEvaluator::Settings{settings.batch, settings.threads});
      evaluator_split = job.split;
    }
    Cell cell =
        job.codec == nullptr ? evaluator->evaluate_device_only() : evaluator->evaluate(*job.codec);
    cell.key = job.key;
    folder.append(cell);
  }
  recorder.progress({"sweep", jobs.size(), jobs.size(), "cells", ""});
}

std::vector<std::size_t> splits_to_store(const std::vector<Job>& jobs) {
  std::vector<std::size_t> splits;
  for (const Job& job : jobs) {
    if (job.codec != nullptr && (splits.empty() || splits.back() != job.split)) {
      splits.push_back(job.split);
    }
  }
  return splits;
}

}  // namespace

SweepResult run_sweep(ModelSession& session, const Dataset& dataset, const SweepSettings& settings,
                      RunRecorder& recorder) {
  SweepResult result;
  SweepFolder folder(settings.folder, manifest_of(session, dataset, settings), settings.existing,
                     recorder);
  std::vector<Job> open;
  for (Job& job : all_jobs(session, dataset, settings)) {
    if (!folder.finished(job.key, settings.retry_failed)) open.push_back(std::move(job));
  }
  if (!open.empty()) {
    const Captured captured =
        Capture(session, dataset, settings, recorder).run(splits_to_store(open), result.skipped);
    check_answers(captured, session.model->info(), recorder);
    if (result.skipped.size() > kSkippedNamed) {
      recorder.warning(std::to_string(result.skipped.size()) + " images in all were left out");
    }
    measure_cells(session, captured, settings, open, folder, recorder);
  }
  result.cells = folder.cells();
  result.measured = open.size();
  for (const Cell& cell : result.cells) result.failed += cell.status == CellStatus::kFailed ? 1 : 0;
  result.fronts = pareto_fronts(result.cells);
  write_text_file(settings.folder + "/front.json",
                  front_document(result.fronts, recorder.finish()));
  return result;
}

SweepPlan plan_sweep(ModelSession& session, const Dataset& dataset, const SweepSettings& settings) {
  SweepPlan plan;
  const std::vector<Job> jobs = all_jobs(session, dataset, settings);
  plan.cells = jobs.size();
  plan.splits = select_splits(session.model->info().splits, settings.split).size();
  plan.images = images_wanted(dataset, settings);
  std::vector<Cell> cells;
  if (settings.existing == ExistingSweep::kResume) {
    cells = read_cells(settings.folder, nullptr);
  }
  for (const Job& job : jobs) {
    plan.finished += static_cast<std::size_t>(std::count_if(
        cells.begin(), cells.end(), [&](const Cell& cell) { return cell.key == job.key; }));
  }
  // A tail takes as long as the whole at most; codec time is small beside it.
  const Sample sample = dataset.load(0);
  const PreparedInput input =
      prepare_input(sample, session.manifest.preprocess, session.model->info().input, 0);
  const auto whole = session.model->whole();
  session.model->use_threads(1);
  whole->time_s({input.tensor}, 1);
  const double seconds = whole->time_s({input.tensor}, 3) / 3 / settings.threads;
  plan.seconds = seconds * static_cast<double>(plan.images) *
                 (1 + 0.5 * static_cast<double>(plan.cells - plan.finished));
  return plan;
}

}  // namespace splitbench
