// Builds the table that a device carries (core/policy_table.h) from a plan's candidates.
//
// Kept are the entries that are best somewhere in the domain of plan/policy_cells.h: first those
// that no other beats in every coefficient, then, of these, those with a region. Pure; thread-safe.
#pragma once

#include <vector>

#include "core/plan.h"
#include "plan/cost_model.h"

namespace splitbench {

// `candidates` carry estimates made under `conditions`. Requires a weighted objective. Bounds on
// latency and energy go into the table, those that do not depend on rate and load are kept here.
PolicyTable policy_table(const std::vector<Candidate>& candidates, const Objective& objective,
                         const Constraints& constraints, const Conditions& conditions);

// The entries of several tables, of different batches and otherwise of the same question.
PolicyTable joined(const std::vector<PolicyTable>& tables);

}  // namespace splitbench
