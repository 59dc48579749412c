// Pareto fronts as a report: which combinations of split and codec nothing else beats.
//
// Text and Markdown: one front as a table and a scatter plot, then one line for each other front.
// CSV: the points of all fronts, with their scope. Pure function; thread-safe.
#pragma once

#include <string>

#include "core/front.h"
#include "report/table.h"

namespace splitbench {

// `scope` names the front that is shown: "all", "split:<id>", "codec:<name>". Throws
// Error{kBadInput} with the nearest one when there is none of that name.
std::string render(const FrontSet& fronts, ReportFormat format, const std::string& scope = "all");

}  // namespace splitbench
