// Bandwidth traces in the formats in which others publish them: the rate of a link over time.
//
// A row is one of two things, which its format decides, and a user may overrule with `gap`:
//   a change  the rate holds until the next row, however far that is: nothing is missing (gap=hold)
//   a sample  the rate while it was measured; a stretch that no row tells of is a gap
// Rows of `cooked` are changes, those of `six-columns`, `irish` and `columns` samples. Mahimahi
// tells of every millisecond and has no gaps.
//
// A sample at a moment lasts until the next one. Longer than five times the median distance and
// more than 2 s, it lasts the median distance, and the rest is a gap; so is what the format itself
// marks as missing. A gap becomes what `gap` says:
//   cut   left out: what follows it comes at once (the default of samples)
//   hold  the rate before it goes on (the default of changes)
//   zero  the link is down
// Where nothing is before it, a gap is cut also with hold.
//
// The last row lasts as long as the one before it, a single one 1 s. There the trace ends, and
// begins again from its first row (core/step_trace.h).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "core/options.h"
#include "core/step_trace.h"

namespace splitbench {

struct RateTrace {
  std::string format;  // as a spec with all its options
  StepTrace rate_bps;
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
// the format by the first rows; formats of changes and samples take `gap=cut|hold|zero`.
// Throws Error{kBadInput} for an unknown format or option (with the nearest one), and naming the
// line for a value that is no number, a time that goes back or repeats, a negative rate; and for a
// trace that is empty, longer than 10 million steps or 1e9 s, or whose rate is 0 for ever: no
// transfer would end. Pure; thread-safe.
RateTrace parse_rate_trace(std::string_view text, const std::string& name,
                           const std::string& spec = "auto");

}  // namespace splitbench
