#include "core/step_trace.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/error.h"
#include "base/spec.h"

namespace splitbench {
namespace {

constexpr std::size_t kMaxSteps = 10'000'000;
constexpr double kMaxDuration_s = 1e9;
constexpr std::size_t kTries = 4;  // from a hint, before searching

void check_steps(const std::vector<TraceStep>& steps, double end_s) {
  if (steps.empty()) throw bad_input("a trace needs at least one step");
  if (steps.size() > kMaxSteps) {
    throw bad_input("a trace of " + std::to_string(steps.size()) + " steps; at most " +
                    std::to_string(kMaxSteps) + " are read");
  }
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const std::string where = "step " + std::to_string(i + 1) + " of the trace";
    const double next = i + 1 < steps.size() ? steps[i + 1].start_s : end_s;
    if (!std::isfinite(steps[i].start_s) || !(next > steps[i].start_s)) {
      throw bad_input(where + ": from " + format_number(steps[i].start_s) + " s to " +
                      format_number(next) + " s; times must rise");
    }
    if (!(steps[i].value >= 0) || !std::isfinite(steps[i].value)) {
      throw bad_input(where + ": " + format_number(steps[i].value) +
                      " must be finite and not negative");
    }
  }
  if (!(end_s - steps.front().start_s <= kMaxDuration_s)) {
    throw bad_input("a trace of " + format_number(end_s - steps.front().start_s) + " s; at most " +
                    format_number(kMaxDuration_s) + " s are read");
  }
}

}  // namespace

StepTrace::StepTrace(std::vector<TraceStep> steps, double end_s) : steps_(std::move(steps)) {
  check_steps(steps_, end_s);
  const double origin = steps_.front().start_s;
  duration_s_ = end_s - origin;
  sums_.reserve(steps_.size() + 1);
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    TraceStep& step = steps_[i];
    step.start_s -= origin;
    const double next = i + 1 < steps_.size() ? steps_[i + 1].start_s - origin : duration_s_;
    sums_.push_back(total_);
    total_ += step.value * (next - step.start_s);
    highest_ = std::max(highest_, step.value);
  }
  sums_.push_back(total_);
  if (!std::isfinite(total_)) throw bad_input("a trace whose sum is beyond any number");
  const std::size_t slots = steps_.size();
  slots_per_s_ = static_cast<double>(slots) / duration_s_;
  bucket_.reserve(slots);
  std::size_t step = 0;
  for (std::size_t i = 0; i < slots; ++i) {
    const double start = static_cast<double>(i) / slots_per_s_;
    while (step + 1 < steps_.size() && steps_[step + 1].start_s <= start) ++step;
    bucket_.push_back(step);
  }
}

std::size_t StepTrace::step_at(double t) const {
  const auto slot = std::min(static_cast<std::size_t>(t * slots_per_s_), bucket_.size() - 1);
  std::size_t step = bucket_[slot];
  while (step > 0 && steps_[step].start_s > t) --step;  // rounding of the slot
  while (step + 1 < steps_.size() && steps_[step + 1].start_s <= t) ++step;
  return step;
}

double StepTrace::at(double t) const {
  const double inside = t < duration_s_ ? t : std::fmod(t, duration_s_);
  return steps_[step_at(inside)].value;
}

std::size_t StepTrace::step_at(double t, std::size_t hint) const {
  for (std::size_t step = hint; step < hint + kTries && step < steps_.size(); ++step) {
    if (!(steps_[step].start_s <= t)) break;
    if (step + 1 == steps_.size() || steps_[step + 1].start_s > t) return step;
  }
  return step_at(t);
}

std::size_t StepTrace::place_of(double goal, std::size_t from, std::size_t hint) const {
  for (std::size_t place = hint; place < hint + kTries && place < sums_.size(); ++place) {
    if (place <= from || !(sums_[place] >= goal)) continue;
    if (place == from + 1 || sums_[place - 1] < goal) return place;
    break;
  }
  const auto first = sums_.begin() + static_cast<std::ptrdiff_t>(from) + 1;
  return static_cast<std::size_t>(std::lower_bound(first, sums_.end(), goal) - sums_.begin());
}

double StepTrace::time_to_add_up(double t, double amount) const {
  Hint hint;
  hint.start = steps_.size();  // none
  return time_to_add_up(t, amount, hint);
}

double StepTrace::search_end(double t, double amount, Hint& hint) const {
  if (amount <= 0) return 0;
  const double inside = t < duration_s_ ? t : std::fmod(t, duration_s_);
  std::size_t step = step_at(inside, hint.start);
  hint.start = step;
  const double left = left_in_step(step, inside);
  if (amount <= left && steps_[step].value > 0) return amount / steps_[step].value;
  const double step_end_s = step + 1 < steps_.size() ? steps_[step + 1].start_s : duration_s_;
  const double first_s = step_end_s - inside;
  double rest = amount - std::max(left, 0.0);
  double passed_s = first_s;
  double goal = sums_[step + 1] + rest;
  std::size_t from = step + 1;
  if (goal > total_) {  // beyond the end: whole rounds, then from the start
    passed_s += duration_s_ - (inside + first_s);
    rest = goal - total_;
    const double rounds = std::max(std::ceil(rest / total_) - 1, 0.0);
    passed_s += rounds * duration_s_;
    goal = rest - rounds * total_;
    from = 0;
  }
  if (goal <= sums_[from]) return passed_s;  // less is left than rounding shows
  const double from_s = from < steps_.size() ? steps_[from].start_s : duration_s_;
  hint.end = place_of(goal, from, hint.end);
  step = hint.end - 1;
  if (step >= steps_.size()) return passed_s + duration_s_ - from_s;  // rounding at the very end
  return passed_s + steps_[step].start_s - from_s + (goal - sums_[step]) / steps_[step].value;
}

}  // namespace splitbench
