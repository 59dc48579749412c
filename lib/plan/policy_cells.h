// The regions of a policy over x = 1 / rate and the server's waiting factor w, as convex polygons.
//
// Without a bound that depends on them, an entry's region is one polygon, cut out of the whole
// domain by the lines at which it costs the same as each other entry; bounds cut it, and where they
// end a better entry's region, what is left of the next best may take several polygons. Exact to
// rounding. Pure functions; thread-safe.
#pragma once

#include <cstddef>
#include <vector>

#include "core/policy_table.h"

namespace splitbench {

// The domain: 1 bit/s to any rate, and waiting factors up to a load of 0.999 in M/M/1.
constexpr double kMaxPolicyX = 1;
constexpr double kMaxPolicyWaiting = 999;

struct PolicyCorner {
  double x = 0, w = 0;
};

// Corners in order; no area is left out by more than rounding.
struct PolicyCell {
  std::size_t entry = 0;
  std::vector<PolicyCorner> corners;
};

// The cells of the entries of one batch. O(entries^2) without bounds.
std::vector<PolicyCell> policy_cells(const PolicyTable& table, int batch);

}  // namespace splitbench
