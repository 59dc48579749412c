// Objectives as text (core/plan.h says what they are).
#pragma once

#include <string>

#include "core/plan.h"

namespace splitbench {

//   latency, energy, bytes
//   weighted:latency=1,energy=0.5,bytes=1e-6    weights left out are 0
//   lexicographic:latency=0.05,bytes            least latency, of those within 5 % the fewest
//   bytes;
//                                               a tolerance left out is 0
//   knee:latency,bytes,loss                     one to three of them; `knee` alone is these three
// with latency, energy, bytes, loss, memory (of the device) and period (pipelined) in the last two.
// Throws Error{kBadInput} for anything else, weights beyond 0 to 1e12, none above 0, and what is
// named twice.
Objective parse_objective(const std::string& text);

// Names what the value is and formats it with its unit: "latency 12.3 ms", "energy 0.4 J", "payload
// 1.2 kB", or "objective 0.0123" of a weighted sum.
std::string objective_name(const Objective& objective);
std::string objective_text(const Objective& objective, double value, int digits = 3);

// A quantity with its unit.
std::string goal_text(Quantity quantity, double value, int digits = 3);

}  // namespace splitbench
