// Which candidate an objective prefers, and what sets two candidates apart.
//
// Weighted: the lowest sum. Lexicographic: for each goal in turn, those stay that are within its
// tolerance of the best that is left (a fraction of it; of a loss, the difference itself), and the
// last goal decides. Knee: plan/pareto.h. Ties go to lower latency, fewer bytes, lower loss, then
// the names of split and codec. Pure functions; thread-safe.
#pragma once

#include <string>
#include <vector>

#include "core/plan.h"
#include "plan/pareto.h"

namespace splitbench {

// The order of a weighted objective with its ties, or of the first goal. Requires that both have an
// objective value.
bool preferred(const Candidate& a, const Candidate& b, const Objective& objective);

// Null when there is none. Requires that every candidate has all that the objective needs.
const Candidate* choose_among(CandidatePointers candidates, const Objective& objective);

// Why `candidate` lost against `choice`; both are feasible.
std::string loss_reason(const Candidate& candidate, const Candidate& choice,
                        const Objective& objective);

// Whether the estimate has every quantity that the objective looks at.
bool comparable(const Objective& objective, const Estimate& estimate);

}  // namespace splitbench
