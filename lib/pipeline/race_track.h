// Where the cells of a race are measured: a cell on the images of a batch, as the race asks for.
//
// Knows nothing of what the others did and of who stops: that is pipeline/race_sweep.h. Fits each
// cell's codec when its first batch comes and keeps it until the cell is released. What comes out
// depends neither on the number of threads nor on what else was measured here.
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "core/cell.h"
#include "core/race.h"
#include "io/race_file.h"
#include "pipeline/cell_evaluator.h"
#include "pipeline/codec_fitter.h"
#include "pipeline/memory_budget.h"
#include "pipeline/model_session.h"
#include "pipeline/race_order.h"
#include "pipeline/run_sweep.h"
#include "pipeline/sweep_capture.h"
#include "pipeline/sweep_jobs.h"

namespace splitbench {

// One cell on one batch.
struct RaceLap {
  RaceEntry entry;
  // Why the cell is out of the race (unsupported or failed), or with status ok how its codec was
  // fitted; neither key nor results.
  Cell fit;
  double seconds = 0;  // of work, on one thread
};

class RaceTrack {
 public:
  // Takes a lap; from any thread, one at a time.
  using Keep = std::function<void(const RaceLap&)>;

  // Those of `jobs` that have a codec are the race's cells, by their order. The other arguments
  // must outlive the track.
  RaceTrack(ModelSession& session, const SweepCapture& capture, const SweepSettings& settings,
            const std::vector<SweepJob>& jobs);

  // The images of each batch.
  const ImageBatches& batches() const { return batches_; }
  const std::vector<SweepJob>& cells() const { return cells_; }

  // Runs these laps on all threads, each cell once. False when it was stopped as
  // settings.stop_requested wished: laps that were begun are kept.
  bool run(const std::vector<RaceStep>& steps, const Keep& keep);

  // The same for one lap, whatever the wish to stop.
  RaceLap lap(const RaceStep& step);

  // How the cell's codec is fitted, or why it is not: the `fit` of its laps.
  Cell fit(std::size_t cell);

  // The cell that has these results on all images, without its key and its fit.
  Cell summarise(std::size_t cell, CellRun results);

  // Whether boundaries had to leave memory for what the race keeps.
  bool made_room() const { return made_room_; }

  // Memory is for those that run.
  void release(std::size_t cell) { fitted_.erase(cell); }

  // Once yes, always yes: a batch must not be decided when some cells were left out.
  bool stop_requested();

 private:
  // What the cells of one split share.
  struct Course {
    std::vector<std::size_t> first;  // tail batch, by batch of the race
    std::unique_ptr<CellEvaluator> evaluator;
  };
  // One cell in one batch, shared by the threads that work on it.
  struct Lap;

  bool run_laps(const std::vector<RaceStep>& steps, const std::function<bool()>& stop,
                const Keep& keep);
  Cell fit_among(std::size_t cell, const std::vector<RaceStep>& steps);
  std::vector<const ConfiguredCodec*> unfitted_at(std::size_t split,
                                                  const std::vector<RaceStep>& steps) const;
  Cell fit_with(std::size_t cell, CodecFitter& fitter);
  Course& course(std::size_t split);
  CellEvaluator::Settings evaluation() const;
  void run_tail_batch(Lap& lap, std::size_t tail_batch);
  RaceLap finished(const Lap& lap) const;
  // Fitted codecs stay in memory as long as their cells run; when the process has grown beyond its
  // bound, boundaries give way first, then calibrated codecs, which can be made again. While no
  // cell is in work.
  void make_room();
  void drop_codec(FittedCodec& fitted) const;

  Model& model_;
  const SweepCapture& capture_;
  const SweepSettings& settings_;
  ImageBatches batches_;
  std::vector<SweepJob> cells_;
  std::map<std::size_t, FittedCodec> fitted_;  // by cell
  std::map<std::size_t, Course> courses_;      // by split
  // Kept from one cell to the next of the same split, with its calibrations.
  std::unique_ptr<CodecFitter> fitter_;
  std::size_t fitter_split_ = 0;
  MemoryGrowth growth_;
  bool made_room_ = false;
  bool keeps_codecs_ = true;  // else each is made anew for every batch
  std::atomic<bool> stopped_{false};
  std::mutex mutex_;  // of what threads share while they measure
};

}  // namespace splitbench
