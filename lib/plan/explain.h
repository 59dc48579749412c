// Why a plan chooses what it does, what would have to change for another choice to win, and which
// measured inputs matter most.
//
// Turnings: one input changes at a time, its cost being linear: x = 1 / rate, the round trip, the
// server's waiting factor, and factors on the device's and the server's times. The first candidate
// to beat the choice within the bounds, or the one left when the choice breaks its bound on latency
// or energy, is named on either side, exact to rounding. Energy follows as plan/energy.h has it;
// what the device draws while it computes stays the same when its times change. Elasticity is the
// relative change of the objective per relative change of an input: 0.5 means that 10 % more of it
// costs 5 % more. Both hold for weighted objectives; others have none. Over a trace no cost is
// linear in the rate, so no turning names it; its elasticity is that of all rates of the trace
// together, and like that of the payload a difference over 1 % more and less.
// Pure function; thread-safe.
#pragma once

#include <optional>

#include "core/plan.h"
#include "plan/cost_model.h"

namespace splitbench {

// Unset without a choice.
std::optional<Explanation> explain(const Plan& plan, const Conditions& conditions);

}  // namespace splitbench
