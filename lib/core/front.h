// Pareto fronts over measured cells (document kind splitbench.front).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/cell.h"

namespace splitbench {

struct FrontPoint {
  std::string split;
  std::string codec;
  double payload_bytes = 0;
  double accuracy_loss = 0;  // 1 - agreement when the dataset has no labels
  Interval accuracy_loss_ci95;
  double encode_s = 0;
  double decode_s = 0;
  // This point owes its place on the front to a lower accuracy loss that may be chance: another
  // point of the front costs no more bytes and no more encode time, and its loss interval is not
  // wholly above this one's.
  bool statistically_dominated = false;
};

struct Front {
  std::string scope;               // "all", "split:<id>", "codec:<name>"
  std::vector<FrontPoint> points;  // ascending payload
  double hypervolume = 0;          // normalised to the reference box: 0..1
};

struct FrontSet {
  // Worst corner of the box that all hypervolumes are normalised to: the largest bytes, loss and
  // seconds of any cell considered. The best corner is 0 bytes, 0 seconds and `ideal_loss`, the
  // lowest loss seen but at most 0. An objective in which the two corners coincide counts as full.
  double reference_bytes = 0, reference_loss = 0, reference_s = 0;
  double ideal_loss = 0;
  std::vector<Front> fronts;
};

// Fronts over the ok cells but device-only (it sends nothing and would dominate every other):
// overall, per split, per codec name, in order of first appearance. Objectives, all minimised:
// payload bytes, accuracy loss, encode seconds. Ties are kept. Pure; throws nothing.
FrontSet pareto_fronts(const std::vector<Cell>& cells);

// Indices, ascending, of the points that no other point dominates (no worse in all, better in one).
// Equal points are all kept. O(n log n + n * result).
struct Objectives {
  double a = 0, b = 0, c = 0;
};
std::vector<std::size_t> non_dominated(const std::vector<Objectives>& points);

// The volume that `points` dominate inside the box from the origin to (1, 1, 1); points outside are
// clipped. Exact sweep over the third objective.
double hypervolume(std::vector<Objectives> points);

}  // namespace splitbench
