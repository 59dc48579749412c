// The planner: the best split and codec for a link, and why every other choice lost.
//
// Exhaustive over the candidates (plan/candidates.h) under the cost model (plan/cost_model.h), so
// the choice is exact. Over a trace the costs are those of its statistic. Pure function;
// thread-safe.
#pragma once

#include "core/plan.h"

namespace splitbench {

// - chosen: feasible and preferred by the objective (plan/choice.h). Unset when nothing is
// feasible:
//   see nearest_miss (smallest relative violation, and which bounds contradict each other).
// - runner_up: the next best feasible candidate of another split or codec.
// - binding_constraint: the one whose removal alone improves the objective most.
// - baselines, feasible or not: device_only; server_only with raw:dtype=uint8, else the best other
//   `raw`, else the best codec; raw_split, the best inner split with raw:dtype=fp32.
// - front: the feasible candidates that none beats in latency, payload and loss at once.
// - explanation: plan/explain.h. policy and table: plan/policy.h, plan/policy_table.h.
// Throws Error{kBadInput} for inconsistent input (check_request, bounds_of) and for a policy of an
// objective with goals, and Error{kMissingMeasurement} when the objective or a bound needs energy
// or memory and no candidate has it.
Plan make_plan(const PlanRequest& request);

}  // namespace splitbench
