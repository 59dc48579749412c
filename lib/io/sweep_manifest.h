// What a sweep was made of (DIR/sweep.json, kind splitbench.sweep-manifest), so that resuming and
// merging refuse to mix cells that cannot be compared.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/run_record.h"
#include "core/shard.h"

namespace splitbench {

struct CellName {
  std::string split;
  std::string codec;  // canonical spec

  bool operator==(const CellName& o) const { return split == o.split && codec == o.codec; }
};

// That a sweep is one shard of a larger one.
struct SweepShard {
  Shard shard;
  std::vector<CellName> cells;  // of all shards together, in the order of the sweep
};

// That the cells of a sweep race (core/race.h), which ones, and how.
struct SweepRace {
  std::string scope;  // the fronts that are kept: "all" or "split"
  double alpha = 0;
  double margin = 0;
  std::vector<CellName> cells;  // in the order of the sweep

  bool operator==(const SweepRace& o) const {
    return scope == o.scope && alpha == o.alpha && margin == o.margin && cells == o.cells;
  }
};

struct SweepManifest {
  std::string model_name;
  std::string model_sha256;
  std::string input_shape;  // "1x3x224x224"
  std::string output;       // which of the model's outputs, "0"
  std::string preprocess;   // canonical text of the preprocessing, may be empty
  std::string dataset;      // canonical spec
  std::string calibration;  // canonical spec, may be empty
  std::size_t calibration_images = 0;
  std::size_t images = 0;
  std::uint64_t seed = 0;
  // Images a run of a head or tail: networks round otherwise in other batches. 0 when not known, as
  // of sweeps from before it was kept; those go with any.
  std::size_t batch = 0;
  // Settings measured at most of each codec whose rate axis is searched; 0 without a search.
  std::size_t points = 0;
  std::optional<SweepShard> shard;  // unset for a sweep of its own
  std::optional<SweepRace> race;    // unset when every cell is measured in full
  // SHA-256 of the bottleneck's file, by canonical spec of the learned codec that it belongs to.
  std::map<std::string, std::string> bottlenecks;
  // All of the network's, from its input to its output, swept or not; empty in older sweeps.
  std::vector<std::string> splits = {};
};

// Throws Error{kBadInput} when the folder is not writable, Error{kRuntime} when the disk fails.
void write_sweep_manifest(const std::string& folder, const SweepManifest& manifest,
                          const RunRecord& run);

// See io/document.h for the errors.
SweepManifest read_sweep_manifest(const std::string& folder);

// Names the first field that differs, with both values ("seed is 1 there and 2 here"), or an empty
// string when the sweeps are compatible. `there` is the sweep on disk, `here` the one wanted. A
// search may go on for more points, but not for fewer; of learned codecs, those that both have must
// have the same files.
std::string difference(const SweepManifest& there, const SweepManifest& here);

}  // namespace splitbench
