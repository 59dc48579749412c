// What a plan over a trace is worth at each start: its distribution, and its regret.
#pragma once

#include <optional>

#include "core/plan.h"

namespace splitbench {

// Regret at a start is the choice's latency minus that of the best feasible candidate for this very
// start, which no plan can know beforehand. Requires a request with a trace; unset without a
// choice.
std::optional<TraceOutcome> trace_outcome(const Plan& plan, const PlanRequest& request);

}  // namespace splitbench
