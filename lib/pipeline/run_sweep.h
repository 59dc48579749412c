// A sweep: every codec at every chosen split over one dataset, cell by cell, safe to kill.
//
//   1. capture: one pass of the network an image gives every boundary (and the baseline's answer);
//      another over the calibration images, where a codec needs them
//   2. fitting: at each split, codecs are calibrated and rate targets become settings
//   3. cells: for each split and codec, encode and decode every image's boundary, run the tails in
//      batches, append the cell to cells.jsonl; or all of them as a race (pipeline/race_sweep.h).
//      Which settings of a codec that is searched are cells follows from those before them
//      (pipeline/point_search.h)
//   4. fronts: Pareto fronts of all cells of the folder go to front.json
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/event_sink.h"
#include "codec/registry.h"
#include "core/dataset.h"
#include "core/front.h"
#include "core/shard.h"
#include "pipeline/input_set.h"
#include "pipeline/model_session.h"
#include "pipeline/run_recorder.h"

namespace splitbench {

class TeamLeader;

// kExtend is kResume for `plan --aglop`, which names the folder with --cells and never starts over.
enum class ExistingSweep { kRefuse, kResume, kFresh, kExtend };

// Which fronts a race keeps, within its margin: that of all cells together, or every split's own
// and with them the common one. Where the link and the loads decide on the split, as in plans, it
// takes every split's.
enum class RaceScope { kAll, kSplit };

struct RaceChoice {
  RaceScope scope = RaceScope::kSplit;
  std::optional<double> margin;       // of accuracy, a fraction; default_race_margin() when unset
  std::optional<std::uint64_t> seed;  // of the order of images; the sweep's when unset
};

struct SweepSettings {
  std::string folder;  // receives sweep.json, cells.jsonl, front.json
  std::vector<ConfiguredCodec> codecs;
  std::string split = "blocks";
  std::string output = "0";              // the model's output, for the manifest
  const Dataset* calibration = nullptr;  // null when there is none; may be the dataset itself
  std::size_t calibration_images = 500;  // at most
  std::size_t limit = 0;                 // images; 0 for all
  std::uint64_t seed = 0;
  // Settings to measure at each split of each codec that is searched. Neither with a shard nor with
  // a race.
  std::size_t points = 0;
  Shard shard;                     // of the cells, those to measure
  std::optional<RaceChoice> race;  // unset: every cell sees every image; not together with a shard
  int threads = 1;
  std::size_t batch = 16;  // images a run of a tail; what is measured does not depend on it
  std::size_t memory_bytes = std::size_t{1}
                             << 30;  // the process keeps to it: the rest goes to disk
  ExistingSweep existing = ExistingSweep::kRefuse;
  bool retry_failed = false;
  // The ranks that share the work; null when there are none. The sweep is the same.
  TeamLeader* team = nullptr;
  // Asked between cells, in a race from any of its threads: whether to stop. May be empty.
  std::function<bool()> stop_requested;
  // Told all cells of the folder at the start of the work and after each new one. May be empty.
  std::function<void(const std::vector<Cell>&)> cells_changed;
};

struct SweepResult {
  std::vector<Cell> cells;  // all of the folder, in its order
  FrontSet fronts;
  std::vector<SkippedInput> skipped;
  std::size_t measured = 0;  // cells measured now; the others were there already
  std::size_t failed = 0;    // cells of the folder that failed
};

// What would be measured, without measuring it.
struct SweepPlan {
  std::size_t splits = 0;
  std::size_t cells = 0;     // at most, where settings are searched
  std::size_t finished = 0;  // already in the folder (with kResume)
  std::size_t images = 0;
  double seconds = 0;  // estimated; see pipeline/estimate_sweep.h
};
SweepPlan plan_sweep(ModelSession& session, const Dataset& dataset, const SweepSettings& settings);

// Throws Error{kBadInput} when the folder holds a sweep and `existing` is kRefuse, when it holds a
// sweep that cannot be mixed with this one, or when another process works in it; what has been
// measured stays. Damaged or missing images are left out, with a warning each. Throws
// Error{kRuntime} when it was stopped, after the cell in flight and with the fronts of what there
// is, and when the disk is full; kResume goes on with the cells that are missing then.
SweepResult run_sweep(ModelSession& session, const Dataset& dataset, const SweepSettings& settings,
                      RunRecorder& recorder);

}  // namespace splitbench
