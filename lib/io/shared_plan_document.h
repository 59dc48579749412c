// Plans for several users as documents of kind splitbench.shared-plan; see io/document.h for the
// errors of reading.
#pragma once

#include <string>

#include "core/run_record.h"
#include "core/shared_plan.h"

namespace splitbench {

// Throws Error{kRuntime} naming the JSON path when a number is not finite.
std::string shared_plan_document(const SharedPlan& plan, const RunRecord& run);

SharedPlan read_shared_plan(const std::string& path);

}  // namespace splitbench
