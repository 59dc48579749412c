// Bandwidth traces in the formats in which others publish them: the rate of a link over time.
//
// A trace is a list of steps: from its start to that of the next the rate is constant. After the
// end it begins again. A gap, where nobody measured, is one of three things, as the user says:
//   cut   left out: what follows it comes at once (the default)
//   hold  the rate before it goes on
//   zero  the link is down
// A gap is a distance between rows of more than five times their median and more than 2 s, or what
// the format itself marks as missing.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "core/options.h"

namespace splitbench {

struct RateStep {
  double start_s = 0;  // the first at 0, rising
  double rate_bps = 0;
};

struct RateTrace {
  std::string format;
  std::vector<RateStep> steps;
  double end_s = 0;  // where the last one ends
  std::size_t gaps = 0;
  double gaps_s = 0;  // as they stand in the file, also those that were cut
};

// What a file in link/traces/ provides.
struct TraceFormatDescription {
  std::string name;
  std::string summary;  // one line: who publishes so, and how its columns are read
  std::vector<OptionDescription> options;
};

// In the order of traces.inc.
std::vector<TraceFormatDescription> trace_formats();

// The trace in `text`, `name` for messages. `spec` is `FORMAT[:option=value...]`, and `auto` tells
// the format by the first rows; all formats take `gap=cut|hold|zero`.
// Throws Error{kBadInput} for an unknown format or option (with the nearest one), and naming the
// line for a value that is no number, a time that goes back or repeats, a negative rate; and for a
// trace that is empty, longer than 10 million steps, or whose rate is 0 for ever: no transfer would
// end. Pure; thread-safe.
RateTrace parse_rate_trace(std::string_view text, const std::string& name,
                           const std::string& spec = "auto");

}  // namespace splitbench
