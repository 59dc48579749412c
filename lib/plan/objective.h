// What a plan minimises: a weighted sum of latency (s), device energy (J) and payload (bytes).
#pragma once

#include <string>

#include "core/plan.h"

namespace splitbench {

// `latency`, `energy`, `bytes` or `weighted:latency=1,energy=0.5,bytes=1e-6` (weights left out are
// 0). Throws Error{kBadInput} for anything else, negative weights, or all weights zero.
Objective parse_objective(const std::string& text);

// Names what the value is and formats it with its unit: "latency 12.3 ms", "energy 0.4 J", "payload
// 1.2 kB", or "objective 0.0123" of a weighted sum.
std::string objective_name(const Objective& objective);
std::string objective_text(const Objective& objective, double value, int digits = 3);

}  // namespace splitbench
