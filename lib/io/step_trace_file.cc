#include "io/step_trace_file.h"

#include <algorithm>
#include <charconv>
#include <utility>
#include <vector>

#include "base/error.h"
#include "io/text_file.h"

namespace splitbench {
namespace {

constexpr double kBitsPerMbit = 1e6;

bool is_gap(char c) { return c == ' ' || c == '\t' || c == ',' || c == '\r'; }

const char* skip_gap(const char* at, const char* end) {
  while (at != end && is_gap(*at)) ++at;
  return at;
}

// The number at `at`, which moves behind it; false when there is none.
bool take_number(const char*& at, const char* end, double& value) {
  at = skip_gap(at, end);
  const auto [rest, error] = std::from_chars(at, end, value);
  const bool ends = rest == end || is_gap(*rest);
  at = rest;
  return error == std::errc() && ends;
}

std::vector<TraceStep> parse_steps(const std::string& text, const std::string& path, double scale) {
  std::vector<TraceStep> steps;
  std::size_t number = 0;
  for (std::size_t start = 0; start < text.size();) {
    const std::size_t newline = std::min(text.find('\n', start), text.size());
    const char* end = text.data() + newline;
    const char* at = skip_gap(text.data() + start, end);
    start = newline + 1;
    ++number;
    if (at == end || *at == '#') continue;
    TraceStep step;
    if (!take_number(at, end, step.start_s) || !take_number(at, end, step.value) ||
        skip_gap(at, end) != end) {
      throw bad_input(path + " line " + std::to_string(number) +
                      ": must be a time in seconds and a value");
    }
    step.value *= scale;
    steps.push_back(step);
  }
  return steps;
}

}  // namespace

StepTrace read_step_trace(const std::string& path, double scale) {
  std::vector<TraceStep> steps = parse_steps(read_text_file(path), path, scale);
  const std::size_t count = steps.size();
  double last_s = 1;
  if (count > 1) last_s = steps[count - 1].start_s - steps[count - 2].start_s;
  const double end_s = count > 0 ? steps.back().start_s + last_s : 0;
  try {
    return StepTrace(std::move(steps), end_s);
  } catch (const Error& error) {
    throw bad_input(path + ": " + error.what());
  }
}

StepTrace read_rate_trace(const std::string& path) {
  StepTrace trace = read_step_trace(path, kBitsPerMbit);
  if (trace.mean() > 0) return trace;
  throw bad_input(path + ": the rate is zero at all times; nothing would ever arrive");
}

}  // namespace splitbench
