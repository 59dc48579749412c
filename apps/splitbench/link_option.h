// What --link names: a profile, a file, an inline spec, or a trace.
#pragma once

#include <string>
#include <vector>

#include "core/plan.h"
#include "pipeline/run_recorder.h"

namespace splitbench {

// Sets link, trace and trace_file of the request. A trace's file becomes an input of the run, and a
// round trip that it leaves out a warning. Throws Error{kBadInput} for anything that is no link.
void resolve_link(const std::string& text, const std::vector<std::string>& folders,
                  PlanRequest& request, RunRecorder& recorder);

}  // namespace splitbench
