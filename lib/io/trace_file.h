// Timelines as Trace Event JSON, which chrome://tracing and ui.perfetto.dev open.
#pragma once

#include <string>
#include <vector>

namespace splitbench {

struct TraceSpan {
  std::string name;
  std::string category;
  double start_s = 0;  // from any origin, the same for all spans
  double duration_s = 0;
  std::string track;  // spans of one track are drawn in one row
};

// Complete events ("ph": "X", microseconds) and a thread name for every track, numbered in order of
// first use. Throws Error{kRuntime} when a time is not finite.
std::string trace_document(const std::vector<TraceSpan>& spans);

}  // namespace splitbench
