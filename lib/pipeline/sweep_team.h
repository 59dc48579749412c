// The work of a sweep among several ranks: what rank 0 asks for, and what the others answer.
//
// Every rank passes all images through the network once, which costs little beside the cells, so
// that any rank can measure any cell. Cells are given out one by one, by split (core/work_board.h).
// Only rank 0 writes results. A calibration is written by the rank that made it: the folder must be
// on a file system that all ranks share.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "core/dataset.h"
#include "pipeline/cell_bench.h"
#include "pipeline/model_session.h"
#include "pipeline/race_track.h"
#include "pipeline/run_recorder.h"
#include "pipeline/run_sweep.h"
#include "pipeline/sweep_capture.h"
#include "pipeline/sweep_folder.h"
#include "pipeline/sweep_jobs.h"

namespace splitbench {

// On rank 0; settings.team is set.

// Tells the members which cells are open.
void prepare_team(const SweepSettings& settings, const std::vector<SweepJob>& open);

// Measures the cells of `jobs` in full and appends them to the folder as they come. False when it
// was stopped on request.
bool measure_in_team(ModelSession& session, const SweepCapture& capture,
                     const SweepSettings& settings, const std::vector<SweepJob>& jobs,
                     SweepFolder& folder, RunRecorder& recorder);

// As RaceTrack::run().
bool run_laps_in_team(RaceTrack& track, const SweepSettings& settings,
                      const std::vector<RaceStep>& steps, const RaceTrack::Keep& keep);

// On every other rank: the duties of serve_team() for one sweep. Throws what capture_sweep()
// throws, and Error{kBadInput} when this rank was started with other arguments than rank 0 or sees
// other images.
class SweepMember {
 public:
  // `preparation` comes from prepare_team(); the others must outlive the member.
  SweepMember(ModelSession& session, const Dataset& dataset, const SweepSettings& settings,
              RunRecorder& recorder, const std::string& preparation);

  std::string work(const std::string& task);

 private:
  ModelSession& session_;
  const SweepSettings& settings_;
  std::vector<SweepJob> jobs_;  // of the whole sweep, in order
  SweepCapture capture_;
  CellBench bench_;
  std::optional<RaceTrack> track_;
};

}  // namespace splitbench
