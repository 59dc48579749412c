// What of a sweep is left to measure, given the cells that are known: jobs that are one cell each,
// and searches, whose cells follow from those before them (pipeline/point_search.h).
//
// Pure functions; thread-safe.
#pragma once

#include <cstddef>
#include <deque>
#include <vector>

#include "core/backend.h"
#include "pipeline/point_search.h"
#include "pipeline/sweep_jobs.h"

namespace splitbench {

struct CellCount {
  std::size_t all = 0;   // at most, where settings are searched
  std::size_t open = 0;  // of these
};

PointSearchRules point_rules(const SweepSettings& settings, const ModelInfo& info);

CellCount count_cells(const std::vector<SweepJob>& jobs, PointSearchRules rules,
                      const KnownCell& known);

// Those of `jobs` that have cells open.
std::vector<SweepJob> open_jobs(const std::vector<SweepJob>& jobs, PointSearchRules rules,
                                const KnownCell& known);

// The jobs, and with them the failed cells of searches, each as a job of its own kept in `again`.
std::vector<SweepJob> with_failed_points(const std::vector<SweepJob>& jobs,
                                         const std::vector<Cell>& cells,
                                         std::deque<PointCell>& again);

}  // namespace splitbench
