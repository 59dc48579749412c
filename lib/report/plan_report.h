// A plan as a report: what to run where, why, what it would take for another choice to win.
//
// Text and Markdown: the choice in words, its latency stage by stage, the baselines, the constraint
// that binds, the policy over link rates, rejected candidates with reasons. CSV: the candidates.
// Pure function; thread-safe.
#pragma once

#include <string>

#include "core/plan.h"
#include "report/table.h"

namespace splitbench {

std::string render(const Plan& plan, ReportFormat format);

}  // namespace splitbench
