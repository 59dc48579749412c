// The search along a codec's rate axis at one split (core/rate_search.h) as cells of a sweep.
//
// A search keeps nothing of its own: which setting comes next follows from the cells that have been
// measured, so one that was interrupted goes on where it was, and one for more points goes on where
// one for fewer ended. Its cells are ordinary ones, and a cell that is there for another reason is
// not measured again. Pure functions; thread-safe.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <vector>

#include "core/cell.h"
#include "pipeline/sweep_jobs.h"

namespace splitbench {

// What all searches of a sweep have in common.
struct PointSearchRules {
  std::size_t points = 0;   // settings to measure of each codec at each split, at most
  std::size_t classes = 0;  // of the model: a guess is right once in so many
};

// The cell of that key as far as it has been measured, or null.
using KnownCell = std::function<const Cell*(const CellKey&)>;

// One setting of a searched codec.
struct PointCell {
  CellKey key;
  ConfiguredCodec codec;
};

struct PointSearchState {
  std::size_t cells = 0;          // known ones of the search, whatever became of them
  std::size_t left = 0;           // further ones, at most
  std::optional<PointCell> next;  // empty when the search is over; `left` is 0 then
};

// Requires a job whose codec is to be searched.
PointSearchState search_points(const SweepJob& search, PointSearchRules rules,
                               const KnownCell& known);

// The failed cells among `cells` that have settings of this search, whether or not it would come to
// them again.
std::vector<PointCell> failed_points(const SweepJob& search, const std::vector<Cell>& cells);

// `count` settings, or all if there are fewer, evenly spread over the axis: to estimate what cells
// that are not known yet will cost.
std::vector<PointCell> likely_points(const SweepJob& search, std::size_t count);

}  // namespace splitbench
