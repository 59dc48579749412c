// A sweep whose cells somebody else chooses, one after the other: a source of cells for a search
// (plan/aglop.h) that measures what it is asked for.
//
// The folder is that of a sweep (pipeline/run_sweep.h). What it holds is not measured again, what
// is measured is appended at once, and `compress --resume` goes on with it as with any other. All
// boundaries are captured in one pass over the images, when the first cell has to be measured; a
// split keeps its tail's answers and its calibrations while the search visits others.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/cell_bench.h"
#include "pipeline/run_recorder.h"
#include "pipeline/run_sweep.h"
#include "pipeline/sweep_capture.h"
#include "pipeline/sweep_folder.h"
#include "pipeline/sweep_jobs.h"
#include "plan/aglop.h"

namespace splitbench {

class LiveCells : public CellSource {
 public:
  // All arguments must outlive this object. Of the settings, folder, codecs, splits, images,
  // calibration, threads and stop_requested count. Opens the folder: throws as run_sweep() does.
  LiveCells(ModelSession& session, const Dataset& dataset, const SweepSettings& settings,
            RunRecorder& recorder);

  // Of each codec at each split it stands at: of a codec that is `searched` all values of its rate
  // axis (core/rate.h), else what its specs name. device-only has none.
  const std::vector<Ladder>& ladders() const { return ladders_; }

  // For showing how far it is: calls of measure() to expect.
  void expect(std::size_t calls) { expected_ = calls; }

  // A setting of ladders(). Throws Error{kRuntime} when stop_requested wishes it, between cells.
  Cell measure(const std::string& split, const std::string& codec) override;

  // All of the folder, and how many of them were measured by this object.
  const std::vector<Cell>& cells() const { return folder_.cells(); }
  std::size_t measured() const { return folder_.appended(); }

  // Writes the fronts of what there is to the folder.
  void finish();

 private:
  void add_ladders();
  void add_searched(const SweepJob& job, const std::string& head_split);
  void stop_if_requested() const;
  const SweepCapture& capture();
  CellBench& bench(std::size_t split);

  ModelSession& session_;
  const Dataset& dataset_;
  const SweepSettings& settings_;
  RunRecorder& recorder_;
  std::vector<SweepJob> jobs_;
  SweepFolder folder_;
  std::vector<Ladder> ladders_;
  std::map<std::string, ConfiguredCodec> codecs_;    // by spec
  std::map<std::string, const SweepJob*> by_split_;  // any job there, for its key
  std::optional<SweepCapture> capture_;
  std::map<std::size_t, std::unique_ptr<CellBench>> benches_;
  std::size_t calls_ = 0, expected_ = 0;
};

}  // namespace splitbench
