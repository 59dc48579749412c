// A quantity over time that is constant between the moments at which it changes: the rate of a
// link, the load of a server.
//
// Time starts at 0; what follows the last step repeats the whole trace. A transfer takes as long as
// the rate needs to add up to its bits (no "rate at the start"); a gap of rate zero is waited out.
// Immutable; thread-safe.
#pragma once

#include <cstddef>
#include <vector>

namespace splitbench {

struct TraceStep {
  double start_s = 0;
  double value = 0;  // from start_s to the next step; >= 0
};

class StepTrace {
 public:
  // `steps` in order of time, the first at 0 (the trace is shifted there); `end_s` is where the
  // last one ends. Throws Error{kBadInput} when there is none, times do not rise, a value is
  // negative or not finite, or there are more than 10 million.
  StepTrace(std::vector<TraceStep> steps, double end_s);

  double duration_s() const { return duration_s_; }
  std::size_t size() const { return steps_.size(); }
  const std::vector<TraceStep>& steps() const { return steps_; }
  // Time-weighted.
  double mean() const { return total_ / duration_s_; }
  double highest() const { return highest_; }

  // Where a search begins: whoever asks for rising times keeps one and need not search. Results do
  // not depend on it.
  struct Hint {
    std::size_t start = 0, end = 0;
  };

  // At any t >= 0. O(1) for steps of equal length.
  double at(double t) const;
  // Seconds from t >= 0 until the quantity has added up to `amount` >= 0. Requires a mean above 0.
  double time_to_add_up(double t, double amount) const;
  double time_to_add_up(double t, double amount, Hint& hint) const {
    // Most transfers start and end within the step of the hint.
    if (hint.start + 1 < steps_.size() && steps_[hint.start].start_s <= t &&
        t < steps_[hint.start + 1].start_s && amount > 0 && amount <= left_in_step(hint.start, t) &&
        steps_[hint.start].value > 0) {
      return amount / steps_[hint.start].value;
    }
    return search_end(t, amount, hint);
  }

 private:
  // What adds up from t, in the step, to its end.
  double left_in_step(std::size_t step, double t) const {
    return sums_[step + 1] - sums_[step] - steps_[step].value * (t - steps_[step].start_s);
  }
  double search_end(double t, double amount, Hint& hint) const;
  std::size_t step_at(double t) const;                    // 0 <= t < duration_s_
  std::size_t step_at(double t, std::size_t hint) const;  // the same
  // The first place behind `from` in sums_ with at least `goal`.
  std::size_t place_of(double goal, std::size_t from, std::size_t hint) const;

  std::vector<TraceStep> steps_;
  std::vector<double> sums_;         // before each step, and of all
  std::vector<std::size_t> bucket_;  // the step at the start of each slot of equal length
  double duration_s_ = 0, total_ = 0, highest_ = 0, slots_per_s_ = 0;
};

}  // namespace splitbench
