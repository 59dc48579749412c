// Joins the shards of a sweep, or sweeps of the same images that measured other splits and codecs.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "core/cell.h"
#include "core/front.h"
#include "pipeline/run_recorder.h"

namespace splitbench {

struct MergedSweep {
  std::vector<Cell> cells;  // of shards: in the order of the whole sweep; else of the folders
  FrontSet fronts;
  std::size_t repeated = 0;  // cells that were in several folders, with the same result
  std::size_t failed = 0;
};

// Writes sweep.json, cells.jsonl, front.json and the calibrations of `folders` to `target`, as one
// sweep over everything would have. A cell that failed in one folder and not in another did not
// fail.
//
// Throws Error{kBadInput}, having written nothing, when the folders hold sweeps that cannot be
// compared or shards of different sweeps, when a shard or cells of one are missing, when two
// folders disagree about a cell (its times aside), or when the target already holds a sweep.
MergedSweep merge_sweeps(const std::vector<std::string>& folders, const std::string& target,
                         RunRecorder& recorder);

}  // namespace splitbench
