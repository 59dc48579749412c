#include "pipeline/live_cells.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "codec/bottleneck/learned_codec.h"
#include "core/front.h"
#include "io/front_document.h"
#include "io/text_file.h"
#include "pipeline/sweep_identity.h"

namespace splitbench {
namespace {

OptionType rate_type(const CodecDescription& description) {
  for (const OptionDescription& option : description.options) {
    if (option.name == description.rate->option) return option.type;
  }
  throw runtime_failure("internal: codec '" + description.name + "' has no option '" +
                        description.rate->option + "'");
}

// A cell as far as ladders_of() looks at it.
Cell unmeasured(const SweepJob& job) {
  Cell cell;
  cell.key = job.key;
  if (job.codec->bottleneck) cell.bottleneck = cell_bottleneck(*job.codec->bottleneck);
  return cell;
}

}  // namespace

LiveCells::LiveCells(ModelSession& session, const Dataset& dataset, const SweepSettings& settings,
                     RunRecorder& recorder)
    : session_(session),
      dataset_(dataset),
      settings_(settings),
      recorder_(recorder),
      jobs_(all_jobs(session, dataset, settings)),
      folder_(settings.folder, sweep_manifest(session, dataset, settings, jobs_),
              ExistingSweep::kExtend, recorder) {
  add_ladders();
}

void LiveCells::add_ladders() {
  std::vector<Cell> named;
  for (const SweepJob& job : jobs_) {
    const std::optional<std::size_t> encoded = encoded_split(job, session_.model->info());
    if (!encoded) continue;
    by_split_.emplace(job.key.split, &job);
    if (job.is_search()) {
      add_searched(job, job.codec->bottleneck ? session_.model->info().splits[*encoded].id : "");
      continue;
    }
    codecs_.emplace(job.key.codec, *job.codec);
    named.push_back(unmeasured(job));
  }
  for (Ladder& ladder : ladders_of(named)) ladders_.push_back(std::move(ladder));
}

void LiveCells::add_searched(const SweepJob& job, const std::string& head_split) {
  Ladder ladder = {job.key.split, job.key.codec, {}, head_split};
  const CodecDescription& description = job.codec->description;
  for (const std::string& value : rate_values(*description.rate, rate_type(description))) {
    ConfiguredCodec codec = at_rate(*job.codec, value);
    ladder.settings.push_back(codec.spec);
    codecs_.emplace(codec.spec, std::move(codec));
  }
  ladders_.push_back(std::move(ladder));
}

void LiveCells::stop_if_requested() const {
  if (!settings_.stop_requested || !settings_.stop_requested()) return;
  throw runtime_failure("stopped as requested; " + std::to_string(cells().size()) +
                        " cells are in " + folder_.path() + ", repeat the command to go on");
}

const SweepCapture& LiveCells::capture() {
  if (!capture_) {
    capture_ = capture_sweep(
        session_, dataset_, settings_, jobs_, [this] { stop_if_requested(); }, recorder_);
  }
  return *capture_;
}

CellBench& LiveCells::bench(std::size_t split) {
  std::unique_ptr<CellBench>& bench = benches_[split];
  if (!bench) bench = std::make_unique<CellBench>(session_, capture(), settings_);
  return *bench;
}

Cell LiveCells::measure(const std::string& split, const std::string& codec) {
  stop_if_requested();
  recorder_.progress({"aglop", calls_, std::max(expected_, calls_), "cells", split + " " + codec});
  ++calls_;
  SweepJob job = *by_split_.at(split);
  job.codec = &codecs_.at(codec);
  job.key.codec = codec;
  if (const Cell* known = folder_.find(job.key)) return *known;
  const Cell cell = bench(job.split).measure(job, {});
  folder_.append(cell);
  return cell;
}

void LiveCells::finish() {
  recorder_.progress({"aglop", calls_, calls_, "cells", ""});
  write_text_file(folder_.path() + "/front.json",
                  front_document(pareto_fronts(cells()), recorder_.finish()));
}

}  // namespace splitbench
