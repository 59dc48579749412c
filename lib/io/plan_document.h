// Plans as documents of kind splitbench.plan; see io/document.h for the errors of reading.
#pragma once

#include <string>

#include "core/plan.h"
#include "core/run_record.h"

namespace splitbench {

// Throws Error{kRuntime} naming the JSON path when a number is not finite.
std::string plan_document(const Plan& plan, const RunRecord& run);

Plan read_plan(const std::string& path);

}  // namespace splitbench
