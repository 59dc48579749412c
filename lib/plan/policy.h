// The policy: which candidate is best at every uplink rate, as exact intervals.
//
// With x = 1 / rate, a candidate's objective is a line in x (plan/cost_model.h), and a bound on its
// latency or energy ends that line at some x; the other bounds do not depend on the rate. The best
// choice at each x is the lower envelope of these lines. It is walked from the fastest rate to the
// slowest: the next boundary is the first line to cross the current one from above, or the current
// line's end. O(candidates * regions), exact to rounding.
//
// The downlink varies with the uplink where it follows it (core/link.h), else it stays as in the
// plan; so do the round trip and the server load. plan/policy_table.h lets the load change too.
// Pure functions; thread-safe.
#pragma once

#include <vector>

#include "core/plan.h"
#include "plan/cost_model.h"

namespace splitbench {

// Regions from the slowest rate to the fastest, without gaps, neighbours different; a boundary rate
// belongs to the faster region. `candidates` carry estimates made under `conditions`; those without
// one, or without the energy that the objective needs, take no part.
std::vector<PolicyRegion> policy_regions(const std::vector<Candidate>& candidates,
                                         const Objective& objective, const Constraints& constraints,
                                         const Conditions& conditions);

}  // namespace splitbench
