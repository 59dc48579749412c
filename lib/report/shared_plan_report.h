// A plan for several users as a report: what each should do, its shares, how far from the best.
//
// CSV: the users. Pure function; thread-safe.
#pragma once

#include <string>

#include "core/shared_plan.h"
#include "report/table.h"

namespace splitbench {

std::string render(const SharedPlan& plan, ReportFormat format);

}  // namespace splitbench
