// The bounds of a plan, one by one: what is bounded, by how much an estimate misses, in words.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/plan.h"

namespace splitbench {

// Formats a value with its unit to a number of significant digits.
using ValueText = std::function<std::string(double value, int digits)>;

// One constraint that is set.
struct Bound {
  std::string name;  // as in documents: "max_latency_s"
  std::string what;  // "latency"
  double limit = 0;
  std::optional<double> (*value)(const Estimate&) = nullptr;  // unset when it is unknown
  ValueText text;
};

// With certain_loss the loss that is bounded is the upper end of its interval; a loss without an
// interval is then unknown.
// Throws Error{kBadInput} for a bound that is not finite, a negative one, or an accuracy loss
// outside [-1, 1] (negative: the loss must be a gain).
std::vector<Bound> bounds_of(const Constraints& constraints);

// Whether the estimate has the quantity and keeps the bound (reaching it is allowed).
bool satisfied(const Bound& bound, const Estimate& estimate);

// "latency 12.3 ms > 10 ms", with as many digits as it takes to tell the two apart, or "energy
// unknown".
std::string violation_text(const Bound& bound, const Estimate& estimate);

// Whether a bound is too small for a share of it to say anything.
bool as_good_as_zero(const Bound& bound);

// How far the estimate is beyond the bound, as a fraction of it (of 1 when the bound is as good as
// zero); 0 when satisfied. Requires that the estimate has the quantity.
double relative_violation(const Bound& bound, const Estimate& estimate);

// Two values in the same format, with at least three digits and, when they differ, as many as it
// takes for the texts to differ.
std::pair<std::string, std::string> distinct_texts(double a, double b, const ValueText& text);

}  // namespace splitbench
