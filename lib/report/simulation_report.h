// A simulation as a report: strategies side by side, and what the dynamic ones chose. CSV: the
// strategies. Pure function; thread-safe.
#pragma once

#include <string>

#include "core/simulation.h"
#include "report/table.h"

namespace splitbench {

std::string render(const Simulation& simulation, ReportFormat format);

}  // namespace splitbench
