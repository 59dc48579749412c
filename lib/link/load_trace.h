// Traces of a server's load: a line a change, seconds and the load from then on, with blanks, a tab
// or a comma between; lines that begin with '#' and empty ones are left out. The last row lasts as
// long as the one before it, a single one 1 s; then the trace begins again.
#pragma once

#include <string>
#include <string_view>

#include "core/step_trace.h"

namespace splitbench {

// `name` is for messages. Which loads a server takes is for its queue to say (core/server_queue.h).
// Throws Error{kBadInput} naming the line that is not two numbers, and for a trace that is empty,
// too long, or whose times do not rise or values are negative (core/step_trace.h). Pure;
// thread-safe.
StepTrace parse_load_trace(std::string_view text, const std::string& name);

}  // namespace splitbench
