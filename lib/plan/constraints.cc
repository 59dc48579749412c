#include "plan/constraints.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "base/error.h"
#include "base/spec.h"
#include "base/units.h"

namespace splitbench {
namespace {

void add_bound(std::vector<Bound>& bounds, const std::optional<double>& limit, Bound bound,
               double lowest) {
  if (!limit) return;
  if (!std::isfinite(*limit) || *limit < lowest) {
    throw bad_input("constraint " + bound.name + " is " + format_number(*limit) +
                    "; it must be a finite number of at least " + format_number(lowest));
  }
  bound.limit = *limit;
  bounds.push_back(std::move(bound));
}

}  // namespace

std::vector<Bound> bounds_of(const Constraints& c) {
  if (c.max_accuracy_loss && *c.max_accuracy_loss > 1) {
    throw bad_input("constraint max_accuracy_loss is " + format_number(*c.max_accuracy_loss) +
                    "; it is a fraction, at most 1 (0.01 is one percentage point)");
  }
  std::vector<Bound> bounds;
  add_bound(bounds, c.max_accuracy_loss,
            {"max_accuracy_loss", "accuracy loss", 0,
             [](const Estimate& e) { return e.accuracy_loss; }, format_plain},
            -1);
  add_bound(bounds, c.max_latency_s,
            {"max_latency_s", "latency", 0, [](const Estimate& e) { return e.latency_s; },
             format_duration},
            0);
  add_bound(bounds, c.max_energy_j,
            {"max_energy_j", "energy", 0, [](const Estimate& e) { return e.energy_j.value_or(0); },
             format_energy},
            0);
  add_bound(bounds, c.max_payload_bytes,
            {"max_payload_bytes", "payload", 0, [](const Estimate& e) { return e.payload_bytes; },
             format_bytes},
            0);
  return bounds;
}

bool satisfied(const Bound& bound, const Estimate& estimate) {
  if (bound.is_energy() && !estimate.energy_j) return false;
  return bound.value(estimate) <= bound.limit;
}

std::string violation_text(const Bound& bound, const Estimate& estimate) {
  const auto [value, limit] = distinct_texts(bound.value(estimate), bound.limit, bound.text);
  return bound.what + " " + value + " > " + limit;
}

double relative_violation(const Bound& bound, const Estimate& estimate) {
  const double excess = bound.value(estimate) - bound.limit;
  return std::max(excess, 0.0) / (bound.limit == 0 ? 1 : std::abs(bound.limit));
}

std::pair<std::string, std::string> distinct_texts(double a, double b, const ValueText& text) {
  constexpr int kMaxDigits = 17;
  int digits = 3;
  while (digits < kMaxDigits && a != b && text(a, digits) == text(b, digits)) ++digits;
  return {text(a, digits), text(b, digits)};
}

}  // namespace splitbench
