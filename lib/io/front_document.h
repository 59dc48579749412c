// Pareto fronts as documents of kind splitbench.front; see io/document.h for the errors of reading.
#pragma once

#include <string>

#include "core/front.h"
#include "core/run_record.h"

namespace splitbench {

// Throws Error{kRuntime} naming the JSON path when a number is not finite.
std::string front_document(const FrontSet& fronts, const RunRecord& run);

FrontSet read_front(const std::string& path);

}  // namespace splitbench
