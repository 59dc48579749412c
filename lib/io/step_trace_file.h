// Traces as text: a line a step, its start in seconds and its value, with blanks, a tab or a comma
// between; lines that start with '#' and empty ones are left out. The last step is as long as the
// one before it, a single one 1 s.
//
// Of a bandwidth trace the values are Mbit/s, as in Pensieve's "cooked" traces; of a load trace
// they are the server's load. Thread-safe.
#pragma once

#include <string>

#include "core/step_trace.h"

namespace splitbench {

// Values times `scale`. Throws Error{kBadInput} naming the file, and the line of one that is no
// step; times must rise, values must not be negative (core/step_trace.h).
StepTrace read_step_trace(const std::string& path, double scale);

// Of a bandwidth trace, in bit/s. Throws too when it never has a rate above zero.
StepTrace read_rate_trace(const std::string& path);

}  // namespace splitbench
