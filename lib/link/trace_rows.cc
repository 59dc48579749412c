#include "link/trace_rows.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

#include "base/error.h"
#include "core/link.h"
#include "core/statistics.h"

namespace splitbench {
namespace {

constexpr std::size_t kMaxSteps = 10'000'000;
constexpr double kMaxTimeS = 1e11;  // clocks count from 1970 or from their start
constexpr double kGapMedians = 5, kShortestGapS = 2;
constexpr double kShortestS = 1e-9;

bool is_separator(char c) { return c == ' ' || c == '\t' || c == ',' || c == '\r'; }

// The numbers of a line into `numbers`; false when it holds anything else.
bool numbers_in(std::string_view line, std::vector<double>& numbers) {
  numbers.clear();
  const char* at = line.data();
  const char* end = at + line.size();
  for (;;) {
    while (at != end && is_separator(*at)) ++at;
    if (at == end) return true;
    double value = 0;
    const auto result = std::from_chars(at, end, value);
    const bool whole = result.ec == std::errc() && std::isfinite(value) &&
                       (result.ptr == end || is_separator(*result.ptr));
    if (!whole) return false;
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
  lengths.reserve(samples.size());
  for (const RateSample& sample : samples) lengths.push_back(sample.end_s - sample.start_s);
  return std::max(kShortestGapS, kGapMedians * median(std::move(lengths)));
}

// Builds the steps one after the other, on a clock that starts with the first and leaves cut gaps
// out. Where nothing is added, the rate before goes on.
class Steps {
 public:
  Steps(GapPolicy policy, double origin_s) : policy_(policy), left_out_s_(origin_s) {}

  void add(double start_s, double end_s, double rate_bps) {
    const double from_s = start_s - left_out_s_;
    if (end_s - left_out_s_ > from_s) steps.push_back({from_s, rate_bps});
  }

  void gap(double start_s, double end_s) {
    ++gaps;
    gaps_s += end_s - start_s;
    if (policy_ == GapPolicy::kZero) add(start_s, end_s, 0);
    const bool nothing_to_hold = policy_ == GapPolicy::kHold && steps.empty();
    if (policy_ == GapPolicy::kCut || nothing_to_hold) left_out_s_ += end_s - start_s;
  }

  double on_trace(double seconds) const { return seconds - left_out_s_; }

  std::vector<TraceStep> steps;
  std::size_t gaps = 0;
  double gaps_s = 0;

 private:
  GapPolicy policy_;
  double left_out_s_;
};

void require_some_rate(const std::vector<TraceStep>& steps, const std::string& name) {
  if (steps.empty()) throw bad_input(name + " holds no rate at all");
  for (const TraceStep& step : steps) {
    if (step.value > 0) return;
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

GapPolicy gap_policy(const Spec& spec) {
  const auto gap = spec.options.find("gap");
  if (gap == spec.options.end() || gap->second == "hold") return GapPolicy::kHold;
  return gap->second == "zero" ? GapPolicy::kZero : GapPolicy::kCut;
}

void for_each_row(
    std::string_view text, const std::string& name, std::size_t columns,
    const std::function<void(std::size_t line, const std::vector<double>& numbers)>& row) {
  std::size_t line_number = 0, rows = 0;
  std::vector<double> numbers;
  for (std::size_t at = 0; at < text.size();) {
    const std::string_view line = next_line(text, at);
    ++line_number;
    if (!line.empty() && line.front() == '#') continue;
    const bool sound = numbers_in(line, numbers);
    if (sound && numbers.empty()) continue;
    if (!sound || numbers.size() != columns) {
      throw bad_input(where(name, line_number) + ": '" + std::string(line.substr(0, 40)) +
                      "' is not " + std::to_string(columns) +
                      (columns == 1 ? " number" : " numbers"));
    }
    if (++rows > kMaxSteps) throw bad_input(name + " has more than 10 million rows");
    row(line_number, numbers);
  }
}

std::vector<double> first_numbers(std::string_view text) {
  std::vector<double> numbers;
  for (std::size_t at = 0; at < text.size();) {
    const std::string_view line = next_line(text, at);
    if (!line.empty() && line.front() == '#') continue;
    if (!numbers_in(line, numbers)) return {};
    if (!numbers.empty()) break;
  }
  return numbers;
}

std::vector<RateSample> held_until_next(std::vector<RateSample> samples, GapPolicy policy) {
  std::vector<double> distances;
  for (std::size_t i = 0; i + 1 < samples.size(); ++i) {
    distances.push_back(samples[i + 1].start_s - samples[i].start_s);
  }
  const double usual_s = distances.empty() ? 1 : std::max(median(distances), kShortestS);
  const double gap_s = std::max(kShortestGapS, kGapMedians * usual_s);
  double lasted_s = 1;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    RateSample& sample = samples[i];
    if (i == distances.size()) {
      sample.end_s = sample.start_s + lasted_s;
    } else if (distances[i] <= 0 || (policy != GapPolicy::kHold && distances[i] > gap_s)) {
      sample.end_s = sample.start_s + usual_s;  // steps_of() refuses a time that does not rise
    } else {
      sample.end_s = samples[i + 1].start_s;
    }
    lasted_s = sample.end_s - sample.start_s;
  }
  return samples;
}

StepTrace named_trace(std::vector<TraceStep> steps, double end_s, const std::string& name) {
  try {
    return StepTrace(std::move(steps), end_s);
  } catch (const Error& error) {
    throw bad_input(name + ": " + error.what());
  }
}

RateTrace steps_of(const std::vector<RateSample>& samples, const std::string& name,
                   GapPolicy policy) {
  if (samples.empty()) throw bad_input(name + " holds no rate at all");
  if (samples.size() > kMaxSteps) throw bad_input(name + " has more than 10 million rows");
  const double gap_s = shortest_gap_s(samples);
  Steps steps(policy, samples.front().start_s);
  const RateSample* before = nullptr;
  double covered_s = samples.front().start_s;  // by samples so far
  for (const RateSample& sample : samples) {
    check(sample, before, name);
    if (sample.start_s - covered_s > gap_s) steps.gap(covered_s, sample.start_s);
    // Measurements may overlap by a little; the later one gives way.
    const double start_s = std::max(sample.start_s, covered_s);
    if (sample.end_s > start_s) {
      if (sample.rate_bps) {
        steps.add(start_s, sample.end_s, *sample.rate_bps);
      } else {
        steps.gap(start_s, sample.end_s);
      }
    }
    covered_s = std::max(covered_s, sample.end_s);
    before = &sample;
  }
  require_some_rate(steps.steps, name);
  StepTrace trace = named_trace(std::move(steps.steps), steps.on_trace(covered_s), name);
  return {"", std::move(trace), steps.gaps, steps.gaps_s};
}

}  // namespace splitbench
