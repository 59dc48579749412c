#include "pipeline/cell_loop.h"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "codec/calibration.h"
#include "pipeline/cell_bench.h"
#include "pipeline/open_cells.h"
#include "pipeline/sweep_pace.h"
#include "pipeline/tail_times.h"

namespace splitbench {
namespace {

Progress sweep_progress(const SweepPace& pace, std::size_t done, std::size_t total,
                        const std::string& detail) {
  Progress progress{"sweep", done, total, "cells", detail};
  if (pace.images_per_s()) progress.pace = rate_text(*pace.images_per_s()) + " images/s";
  progress.left_s = pace.left_s();
  return progress;
}

std::function<Boundary(std::size_t)> first_image_of(const CapturedImages& captured) {
  return
      [&captured](std::size_t split) { return captured.store->get(captured.position(split), 0); };
}

class CellLoop {
 public:
  CellLoop(ModelSession& session, const SweepCapture& capture, const SweepSettings& settings,
           const std::vector<SweepJob>& jobs, SweepFolder& folder, KnownCell known,
           RunRecorder& recorder)
      : info_(session.model->info()),
        bench_(session, capture, settings),
        settings_(settings),
        jobs_(jobs),
        folder_(folder),
        known_(std::move(known)),
        recorder_(recorder),
        rules_(point_rules(settings, info_)),
        pace_({}) {
    for (const SweepJob& job : jobs) {
      left_.push_back(job.is_search() ? search_points(job, rules_, known_).left : 1);
    }
    tails_ = time_tails(*session.model, splits_of(jobs), first_image_of(capture.evaluated),
                        settings.batch);
    pace_ = SweepPace(work_of(cells_left(), info_, tails_));
  }

  // False when it was stopped on request.
  bool run() {
    for (std::size_t first = 0, end = 0; first < jobs_.size(); first = end) {
      while (end < jobs_.size() && jobs_[end].split == jobs_[first].split) ++end;
      const std::vector<const ConfiguredCodec*> coming = codecs_among(first, end);
      for (std::size_t j = first; j < end; ++j) {
        if (!jobs_[j].is_search() && !measure(j, jobs_[j], coming)) return false;
      }
      if (!search(first, end)) return false;
    }
    recorder_.progress(sweep_progress(pace_, done_, done_, ""));
    return true;
  }

 private:
  // Those that can be calibrated side by side. Codecs with a target find their settings first, and
  // calibrate for them as they go.
  std::vector<const ConfiguredCodec*> codecs_among(std::size_t first, std::size_t end) const {
    std::vector<const ConfiguredCodec*> codecs;
    for (std::size_t j = first; j < end; ++j) {
      const SweepJob& job = jobs_[j];
      if (job.codec != nullptr && !job.codec->target && !job.is_search()) {
        codecs.push_back(job.codec);
      }
    }
    return codecs;
  }

  // The searches among the jobs from `first` to `end`, which are of one split.
  bool search(std::size_t first, std::size_t end) {
    std::map<std::size_t, PointCell> round;  // by job
    do {
      round.clear();
      std::vector<const ConfiguredCodec*> codecs;
      for (std::size_t j = first; j < end; ++j) {
        if (!jobs_[j].is_search()) continue;
        PointSearchState state = search_points(jobs_[j], rules_, known_);
        left_[j] = state.left;
        if (!state.next) continue;
        codecs.push_back(&round.emplace(j, std::move(*state.next)).first->second.codec);
      }
      for (const auto& [j, cell] : round) {
        // Two searches may come to one setting, where their other options are no more than that.
        if (known_(cell.key) != nullptr) continue;
        if (!measure(j, {cell.key, jobs_[j].split, &cell.codec}, codecs)) return false;
      }
    } while (!round.empty());
    return true;
  }

  // A cell of the job `j`. False when it was not, as somebody wished.
  bool measure(std::size_t j, const SweepJob& cell,
               const std::vector<const ConfiguredCodec*>& coming) {
    if (settings_.stop_requested && settings_.stop_requested()) return false;
    --left_[j];
    const std::vector<CellWork> work = work_from(cell);
    pace_.expect(work);
    recorder_.progress(
        sweep_progress(pace_, done_, done_ + work.size(), cell.key.split + " " + cell.key.codec));
    const Cell result = bench_.measure(cell, coming);
    if (cell.codec != nullptr && lacks_calibration(*cell.codec)) calibrated_ = cell.split;
    folder_.append(result);
    // At device-only no image is coded.
    pace_.cell_done(bench_.seconds(), cell.codec == nullptr ? 0 : result.accuracy.images);
    ++done_;
    return true;
  }

  std::vector<SweepJob> cells_left() const {
    std::vector<SweepJob> cells;
    for (std::size_t j = 0; j < jobs_.size(); ++j) cells.insert(cells.end(), left_[j], jobs_[j]);
    return cells;
  }

  // This cell, and those left after it.
  std::vector<CellWork> work_from(const SweepJob& cell) const {
    std::vector<SweepJob> cells = cells_left();
    cells.insert(cells.begin(), cell);
    return work_of(cells, info_, tails_, calibrated_);
  }

  const ModelInfo& info_;
  CellBench bench_;
  const SweepSettings& settings_;
  const std::vector<SweepJob>& jobs_;
  SweepFolder& folder_;
  KnownCell known_;
  RunRecorder& recorder_;
  PointSearchRules rules_;
  TailTimes tails_;
  SweepPace pace_;
  std::vector<std::size_t> left_;  // cells to measure, by job; of searches at most
  std::size_t done_ = 0;
  std::optional<std::size_t> calibrated_;  // the last split that was
};

}  // namespace

bool measure_cells(ModelSession& session, const SweepCapture& capture,
                   const SweepSettings& settings, const std::vector<SweepJob>& jobs,
                   SweepFolder& folder, const KnownCell& known, RunRecorder& recorder) {
  return CellLoop(session, capture, settings, jobs, folder, known, recorder).run();
}

}  // namespace splitbench
