// The cells of a sweep as a race (core/race.h): image batch by image batch, and cells that another
// dominates beyond chance see no further images.
//
// What each cell did to a batch is kept in the folder at once (io/race_file.h), so a race that was
// killed replays that and goes on: what is lost is the work on at most one batch of a cell for each
// thread. Equal settings give equal cells, however often a race was interrupted and on however many
// threads it runs.
#pragma once

#include <cstddef>
#include <vector>

#include "core/race.h"
#include "pipeline/model_session.h"
#include "pipeline/run_recorder.h"
#include "pipeline/run_sweep.h"
#include "pipeline/sweep_capture.h"
#include "pipeline/sweep_folder.h"
#include "pipeline/sweep_jobs.h"

namespace splitbench {

// The manifest's record of the race that `settings` ask for, among the cells of `jobs` that have a
// codec, with the margin that was chosen or that the number of images gives. Requires
// settings.race.
SweepRace race_manifest(const SweepSettings& settings, const std::vector<SweepJob>& jobs,
                        std::size_t images);

// Whether the folder's race is over: cells that are open all the same are measured in full.
bool race_over(const SweepFolder& folder);

// Races the cells of `jobs` that have a codec; those are the race's cells in the order of the
// manifest. Cells that are refused, fail or are stopped are appended to the folder at once, in
// the order of `jobs`, all others when they have seen all images. False when it was stopped as
// settings.stop_requested wished. The ranks of settings.team share the work; what they measured is
// kept and decided here. Throws what keeping results throws.
bool race_cells(ModelSession& session, const SweepCapture& capture, const SweepSettings& settings,
                const SweepRace& race, const std::vector<SweepJob>& jobs, SweepFolder& folder,
                RunRecorder& recorder);

}  // namespace splitbench
