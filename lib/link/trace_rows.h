// What the readers of bandwidth traces have in common: rows of numbers, and making steps of them.
#pragma once

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

struct TraceFormat {
  TraceFormatDescription description;
  // Whether the first rows look like it: what `auto` goes by. Empty for formats that must be named.
  bool (*recognises)(std::string_view text) = nullptr;
  // Samples in order of time; `spec` is complete and validated.
  std::vector<RateSample> (*read)(std::string_view text, const std::string& name,
                                  const Spec& spec) = nullptr;
};

struct NumberRow {
  std::size_t line = 0;
  std::vector<double> numbers;
};

// The next line of `text` from `at`, without its end; moves `at` behind it.
std::string_view next_line(std::string_view text, std::size_t& at);

// Lines of at least `columns` numbers with blanks, tabs or commas between; empty ones and those
// that begin with '#' are left out. Throws Error{kBadInput} naming the line for anything else.
std::vector<NumberRow> number_rows(std::string_view text, const std::string& name,
                                   std::size_t columns);

// The numbers of the first such line, empty when it holds something else.
std::vector<double> first_numbers(std::string_view text);

// Samples from rows at moments, where each rate holds until the next row; the last one lasts as
// long as the median distance (a single one 1 s).
std::vector<RateSample> held_until_next(const std::vector<RateSample>& moments);

enum class GapPolicy { kCut, kHold, kZero };

// Orders nothing: throws Error{kBadInput} naming the line when times do not rise.
RateTrace steps_of(const std::vector<RateSample>& samples, const std::string& name,
                   GapPolicy policy);

}  // namespace splitbench
