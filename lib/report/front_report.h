// Pareto fronts as a report: which combinations of split and codec nothing else beats.
//
// Text and Markdown: the overall front as a table and a scatter plot, then one line for each other
// front. CSV: the points of all fronts, with their scope. Pure function; thread-safe.
#pragma once

#include <string>

#include "core/front.h"
#include "report/table.h"

namespace splitbench {

std::string render(const FrontSet& fronts, ReportFormat format);

}  // namespace splitbench
