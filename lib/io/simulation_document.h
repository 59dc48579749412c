// Simulations as documents of kind splitbench.simulation; see io/document.h for the errors of
// reading.
#pragma once

#include <string>

#include "core/run_record.h"
#include "core/simulation.h"

namespace splitbench {

// Throws Error{kRuntime} naming the JSON path when a number is not finite.
std::string simulation_document(const Simulation& simulation, const RunRecord& run);

Simulation read_simulation(const std::string& path);

}  // namespace splitbench
