#include "link/trace_rows.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/error.h"
#include "core/link.h"
#include "core/statistics.h"

namespace splitbench {
namespace {

constexpr std::size_t kMaxSteps = 10'000'000;
constexpr double kMaxTimeS = 1e11;  // clocks count from 1970 or from their start
constexpr double kGapMedians = 5, kShortestGapS = 2;

bool is_separator(char c) { return c == ' ' || c == '\t' || c == ',' || c == '\r'; }

// The numbers of a line; unset when it holds anything else.
std::optional<std::vector<double>> numbers_in(std::string_view line) {
  std::vector<double> numbers;
  const char* at = line.data();
  const char* end = at + line.size();
  for (;;) {
    while (at != end && is_separator(*at)) ++at;
    if (at == end) return numbers;
    double value = 0;
    const auto result = std::from_chars(at, end, value);
    const bool whole = result.ec == std::errc() && std::isfinite(value) &&
                       (result.ptr == end || is_separator(*result.ptr));
    if (!whole) return std::nullopt;
    numbers.push_back(value);
    at = result.ptr;
  }
}

std::string where(const std::string& name, std::size_t line) {
  return name + " line " + std::to_string(line);
}

void check(const RateSample& sample, const RateSample* before, const std::string& name) {
  const std::string place = where(name, sample.line);
  if (sample.rate_bps && !(*sample.rate_bps >= 0 && *sample.rate_bps <= kMaxRateBps)) {
    throw bad_input(place + ": a rate of " + format_number(*sample.rate_bps) +
                    " bit/s is none of 0 to " + format_number(kMaxRateBps));
  }
  if (std::abs(sample.start_s) > kMaxTimeS || std::abs(sample.end_s) > kMaxTimeS) {
    throw bad_input(place + ": its time " + format_number(sample.start_s) +
                    " s lies beyond any clock");
  }
  if (before != nullptr && sample.start_s <= before->start_s) {
    throw bad_input(place + ": its time " + format_number(sample.start_s) +
                    " s is not after that of the row before, " + format_number(before->start_s) +
                    " s");
  }
  if (!(sample.end_s > sample.start_s)) {
    throw bad_input(place + ": measured from " + format_number(sample.start_s) + " to " +
                    format_number(sample.end_s) + " s, which is no time");
  }
}

// Where a stretch that nobody measured counts as one.
double shortest_gap_s(const std::vector<RateSample>& samples) {
  std::vector<double> lengths;
  for (const RateSample& sample : samples) lengths.push_back(sample.end_s - sample.start_s);
  return std::max(kShortestGapS, kGapMedians * median(std::move(lengths)));
}

// Builds the steps one after the other, on a clock that leaves cut gaps out.
class Steps {
 public:
  explicit Steps(GapPolicy policy) : policy_(policy) {}

  void add(double seconds, double rate_bps) {
    if (!(trace.end_s + seconds > trace.end_s)) return;
    const bool same = !trace.steps.empty() && trace.steps.back().rate_bps == rate_bps;
    if (!same) trace.steps.push_back({trace.end_s, rate_bps});
    trace.end_s += seconds;
  }

  void gap(double seconds) {
    ++trace.gaps;
    trace.gaps_s += seconds;
    if (policy_ == GapPolicy::kZero) add(seconds, 0);
    if (policy_ == GapPolicy::kHold) hold(seconds);
  }

  // Too short for a gap: the rate before goes on.
  void hold(double seconds) {
    if (!trace.steps.empty()) add(seconds, trace.steps.back().rate_bps);
  }

  RateTrace trace;

 private:
  GapPolicy policy_;
};

void require_some_rate(const RateTrace& trace, const std::string& name) {
  if (trace.steps.empty()) throw bad_input(name + " holds no rate at all");
  for (const RateStep& step : trace.steps) {
    if (step.rate_bps > 0) return;
  }
  throw bad_input(name + " has a rate of 0 for ever: no transfer would end; use another trace");
}

}  // namespace

std::string_view next_line(std::string_view text, std::size_t& at) {
  const std::size_t end = std::min(text.find('\n', at), text.size());
  std::string_view line = text.substr(at, end - at);
  at = std::min(end + 1, text.size());
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  return line;
}

std::vector<NumberRow> number_rows(std::string_view text, const std::string& name,
                                   std::size_t columns) {
  std::vector<NumberRow> rows;
  std::size_t line_number = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::string_view line = next_line(text, at);
    ++line_number;
    if (!line.empty() && line.front() == '#') continue;
    const auto numbers = numbers_in(line);
    if (numbers && numbers->empty()) continue;
    if (!numbers || numbers->size() < columns) {
      throw bad_input(where(name, line_number) + ": '" + std::string(line.substr(0, 40)) +
                      "' is not " + std::to_string(columns) + " numbers");
    }
    rows.push_back({line_number, *numbers});
    if (rows.size() > kMaxSteps) throw bad_input(name + " has more than 10 million rows");
  }
  return rows;
}

std::vector<double> first_numbers(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const std::string_view line = next_line(text, at);
    if (!line.empty() && line.front() == '#') continue;
    const auto numbers = numbers_in(line);
    if (!numbers) return {};
    if (!numbers->empty()) return *numbers;
  }
  return {};
}

std::vector<RateSample> held_until_next(const std::vector<RateSample>& moments) {
  std::vector<RateSample> samples = moments;
  std::vector<double> distances;
  for (std::size_t i = 0; i + 1 < samples.size(); ++i) {
    distances.push_back(samples[i + 1].start_s - samples[i].start_s);
  }
  const double usual_s = distances.empty() ? 1 : median(distances);
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const double distance_s = i < distances.size() ? distances[i] : usual_s;
    const bool gap = distance_s > std::max(kShortestGapS, kGapMedians * usual_s);
    // A time that does not rise is for steps_of() to refuse.
    samples[i].end_s =
        samples[i].start_s + (gap || distance_s <= 0 ? std::max(usual_s, 1e-9) : distance_s);
  }
  return samples;
}

RateTrace steps_of(const std::vector<RateSample>& samples, const std::string& name,
                   GapPolicy policy) {
  if (samples.empty()) throw bad_input(name + " holds no rate at all");
  if (samples.size() > kMaxSteps) throw bad_input(name + " has more than 10 million rows");
  const double gap_s = shortest_gap_s(samples);
  Steps steps(policy);
  const RateSample* before = nullptr;
  double covered_s = samples.front().start_s;  // by samples so far
  for (const RateSample& sample : samples) {
    check(sample, before, name);
    const double missing_s = sample.start_s - covered_s;
    if (missing_s > 0) missing_s > gap_s ? steps.gap(missing_s) : steps.hold(missing_s);
    // Measurements may overlap by a little; the later one gives way.
    const double seconds = sample.end_s - std::max(sample.start_s, covered_s);
    if (seconds > 0 && sample.rate_bps) steps.add(seconds, *sample.rate_bps);
    if (seconds > 0 && !sample.rate_bps) steps.gap(seconds);
    covered_s = std::max(covered_s, sample.end_s);
    before = &sample;
  }
  require_some_rate(steps.trace, name);
  return steps.trace;
}

}  // namespace splitbench
