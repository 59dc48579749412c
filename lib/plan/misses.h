// What keeps a plan from being better, or from being at all.
//
// Pure functions; thread-safe.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/plan.h"
#include "plan/constraints.h"

namespace splitbench {

// The bound whose removal alone makes a better objective reachable, the most so; or empty.
std::string binding_constraint(const std::vector<Candidate>& candidates, const Objective& objective,
                               const std::vector<Bound>& bounds,
                               const std::optional<Candidate>& chosen);

// Of a plan in which nothing is feasible: the candidate that misses its worst bound by the least,
// in words, and which bounds are to blame: one that no candidate keeps, or the fewest that none
// keeps together ("max_accuracy_loss and max_payload_bytes contradict each other: ...").
std::string nearest_miss(const std::vector<Candidate>& candidates, const Objective& objective,
                         const std::vector<Bound>& bounds);

}  // namespace splitbench
