// What a race (pipeline/race_sweep.h) holds of its splits, its cells and the work on one of them.
//
// Plain values of one race, which sees to it that threads do not meet.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/cell_evaluator.h"
#include "pipeline/codec_fitter.h"
#include "pipeline/race_tally.h"
#include "pipeline/sweep_jobs.h"

namespace splitbench {

// How the images of a race go through a split.
struct Course {
  std::vector<std::size_t> first;  // tail batch, by batch of the race
  std::unique_ptr<CellEvaluator> evaluator;
};

// A cell that races.
struct Contestant : Racer {
  explicit Contestant(const SweepJob& its_job) : job(&its_job), run({}, 0, true) {}

  const SweepJob* job;
  std::optional<FittedCodec> fitted;
  CellRun run;
};

// The cell of one that cannot race on.
inline Cell refused(CellStatus status, const std::string& reason) {
  Cell cell;
  cell.status = status;
  cell.reason = reason;
  return cell;
}

// One cell in one batch, shared by the threads that work on it.
struct Lap {
  explicit Lap(std::size_t its_cell) : cell(its_cell) {}

  std::size_t cell;
  std::once_flag codec_made;
  std::atomic<bool> begun{false};
  std::size_t left = 0;  // tail batches; this and the rest under the race's mutex
  std::string failure;
  double seconds = 0;
};

}  // namespace splitbench
