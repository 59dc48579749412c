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

using Value = std::optional<double>;
Value latency_of(const Estimate& e) { return e.latency_s; }
Value energy_of(const Estimate& e) { return e.energy_j; }
Value payload_of(const Estimate& e) { return e.payload_bytes; }
Value memory_of(const Estimate& e) { return e.device_memory_bytes; }
Value loss_of(const Estimate& e) { return e.accuracy_loss; }
Value highest_loss_of(const Estimate& e) {
  return e.accuracy_loss_ci95 ? Value(e.accuracy_loss_ci95->high) : std::nullopt;
}

Bound loss_bound(bool certain) {
  if (!certain) return {"max_accuracy_loss", "accuracy loss", 0, loss_of, format_plain};
  return {"max_accuracy_loss", "accuracy loss of up to (95 %)", 0, highest_loss_of, format_plain};
}

}  // namespace

std::vector<Bound> bounds_of(const Constraints& c) {
  if (c.max_accuracy_loss && *c.max_accuracy_loss > 1) {
    throw bad_input("constraint max_accuracy_loss is " + format_number(*c.max_accuracy_loss) +
                    "; it is a fraction, at most 1 (0.01 is one percentage point)");
  }
  std::vector<Bound> bounds;
  add_bound(bounds, c.max_accuracy_loss, loss_bound(c.certain_loss), -1);
  add_bound(bounds, c.max_latency_s, {"max_latency_s", "latency", 0, latency_of, format_duration},
            0);
  add_bound(bounds, c.max_energy_j, {"max_energy_j", "energy", 0, energy_of, format_energy}, 0);
  add_bound(bounds, c.max_payload_bytes,
            {"max_payload_bytes", "payload", 0, payload_of, format_bytes}, 0);
  add_bound(bounds, c.max_device_memory_bytes,
            {"max_device_memory_bytes", "device memory", 0, memory_of, format_bytes}, 0);
  return bounds;
}

bool as_good_as_zero(const Bound& bound) {
  constexpr double kLeast = 1e-100;  // of less, no share is a number
  return std::abs(bound.limit) < kLeast;
}

bool satisfied(const Bound& bound, const Estimate& estimate) {
  const std::optional<double> value = bound.value(estimate);
  return value && *value <= bound.limit;
}

std::string violation_text(const Bound& bound, const Estimate& estimate) {
  const std::optional<double> own = bound.value(estimate);
  if (!own) return bound.what + " unknown";
  const auto [value, limit] = distinct_texts(*own, bound.limit, bound.text);
  return bound.what + " " + value + " > " + limit;
}

double relative_violation(const Bound& bound, const Estimate& estimate) {
  const double excess = bound.value(estimate).value_or(0) - bound.limit;
  return std::max(excess, 0.0) / (as_good_as_zero(bound) ? 1 : std::abs(bound.limit));
}

std::pair<std::string, std::string> distinct_texts(double a, double b, const ValueText& text) {
  constexpr int kMaxDigits = 17;
  int digits = 3;
  while (digits < kMaxDigits && a != b && text(a, digits) == text(b, digits)) ++digits;
  return {text(a, digits), text(b, digits)};
}

}  // namespace splitbench
