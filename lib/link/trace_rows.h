// What the readers of traces have in common: rows of numbers, and making steps of them.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/spec.h"
#include "link/rate_trace.h"

namespace splitbench {

// A measurement that lasted from start_s to end_s, on any clock; without a rate it is a gap.
struct RateSample {
  double start_s = 0, end_s = 0;
  std::optional<double> rate_bps;
  std::size_t line = 0;
};

enum class GapPolicy { kCut, kHold, kZero };

struct TraceFormat {
  TraceFormatDescription description;
  // Of `gap` (link/rate_trace.h); unset: the format has no gaps.
  std::optional<GapPolicy> gaps;
  // Whether the first rows look like it: what `auto` goes by. Empty for formats that must be named.
  bool (*recognises)(std::string_view text) = nullptr;
  // Samples in order of time; `spec` is complete and validated.
  std::vector<RateSample> (*read)(std::string_view text, const std::string& name,
                                  const Spec& spec) = nullptr;
};

// What a complete spec says of gaps; kHold for a format that has none.
GapPolicy gap_policy(const Spec& spec);

// The next line of `text` from `at`, without its end; moves `at` behind it.
std::string_view next_line(std::string_view text, std::size_t& at);

// Calls `row` for each line of `columns` numbers with blanks, tabs or commas between; empty ones
// and those that begin with '#' are left out. Throws Error{kBadInput} naming the line for anything
// else.
void for_each_row(
    std::string_view text, const std::string& name, std::size_t columns,
    const std::function<void(std::size_t line, const std::vector<double>& numbers)>& row);

// The numbers of the first such line, empty when it holds something else.
std::vector<double> first_numbers(std::string_view text);

// Samples from rows at moments: each lasts until the next row, unless that is a gap under `policy`.
std::vector<RateSample> held_until_next(std::vector<RateSample> moments, GapPolicy policy);

// A StepTrace whose errors begin with the name.
StepTrace named_trace(std::vector<TraceStep> steps, double end_s, const std::string& name);

// Orders nothing: throws Error{kBadInput} naming the line when times do not rise. The format is
// left to the caller.
RateTrace steps_of(const std::vector<RateSample>& samples, const std::string& name,
                   GapPolicy policy);

}  // namespace splitbench
