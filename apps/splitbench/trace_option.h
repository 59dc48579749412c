// What names a bandwidth trace on the command line: FILE, or FILE,format=SPEC.
#pragma once

#include <string>

#include "link/rate_trace.h"
#include "pipeline/run_recorder.h"

namespace splitbench {

constexpr char kTraceHelp[] =
    "FILE[,format=SPEC], a trace of the uplink: 'seconds Mbit/s' for each change, Mahimahi, the "
    "logs "
    "of Norway, Ghent and Cork, or a CSV with format=columns:time=NAME:rate=NAME:unit=kbit (see "
    "'splitbench list traces')";

// "FILE,key=value,...": the file, the value of `format` ("auto" when left out) and the other
// fields, each with its comma in front.
struct TraceName {
  std::string file, format, fields;
};
TraceName parse_trace_name(const std::string& text);

// Reads the trace, adds its file to the inputs of the run, and gaps to its warnings.
// Throws Error{kBadInput} for what is no such trace (link/rate_trace.h).
RateTrace read_rate_trace(const TraceName& name, RunRecorder& recorder);

}  // namespace splitbench
