#include "plan/policy.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <optional>
#include <tuple>

#include "plan/constraints.h"
#include "plan/energy.h"
#include "plan/objective.h"

namespace splitbench {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

struct Line {
  double offset = 0;
  double slope = 0;

  double at(double x) const { return offset + slope * x; }
  bool operator==(const Line& o) const { return offset == o.offset && slope == o.slope; }
};

// A candidate over x = 1 / rate, in (0, x_end].
struct Contender {
  const Candidate* candidate = nullptr;
  Line objective;
  Line latency;  // breaks ties
  double x_end = kInfinity;
};

// The largest x at which a cost that rises with x keeps its bound; not above 0 when it never does.
double end_within(const Line& cost, const std::optional<double>& limit) {
  if (!limit) return kInfinity;
  const double slack = *limit - cost.offset;
  if (cost.slope == 0) return slack >= 0 ? kInfinity : 0;
  return slack / cost.slope;
}

std::vector<Contender> contenders_of(const std::vector<Candidate>& candidates,
                                     const Objective& objective, const Constraints& constraints,
                                     const Conditions& conditions) {
  Constraints fixed = constraints;
  fixed.max_latency_s.reset();
  fixed.max_energy_j.reset();
  const std::vector<Bound> bounds = bounds_of(fixed);
  const double w = waiting_factor(conditions.queue, conditions.server_load);
  std::vector<Contender> contenders;
  for (const Candidate& candidate : candidates) {
    if (!candidate.estimate) continue;
    const Estimate& estimate = *candidate.estimate;
    const bool allowed = std::all_of(bounds.begin(), bounds.end(), [&](const Bound& bound) {
      return satisfied(bound, estimate);
    });
    if (!allowed || !objective_value(objective, estimate)) continue;
    if (constraints.max_energy_j && !estimate.energy_j) continue;
    const LinearLatency linear = linear_latency(estimate, conditions);
    const CostPlane energy = energy_plane(estimate, conditions).value_or(CostPlane{});
    const Line energy_line = {energy.fixed + energy.per_w * w, energy.per_x};
    Estimate at_zero = estimate;
    at_zero.latency_s = linear.fixed_s;
    if (at_zero.energy_j) at_zero.energy_j = energy_line.offset;
    Contender contender;
    contender.candidate = &candidate;
    contender.latency = {linear.fixed_s, linear.bits};
    contender.objective = {
        *objective_value(objective, at_zero),
        objective.latency_weight * linear.bits + objective.energy_weight * energy_line.slope};
    contender.x_end = std::min(end_within(contender.latency, constraints.max_latency_s),
                               end_within(energy_line, constraints.max_energy_j));
    contenders.push_back(contender);
  }
  return contenders;
}

// Whether `a` is the better choice just beyond x. Ties go to lower latency, then fewer bytes, lower
// loss, and the names: the planner's order.
bool better_beyond(const Contender& a, const Contender& b, double x) {
  const auto key = [x](const Contender& c) {
    const Estimate& estimate = *c.candidate->estimate;
    return std::make_tuple(c.objective.at(x), c.objective.slope, c.latency.at(x), c.latency.slope,
                           estimate.payload_bytes, estimate.accuracy_loss,
                           std::cref(c.candidate->split), std::cref(c.candidate->codec));
  };
  return key(a) < key(b);
}

const Contender* best_beyond(const std::vector<Contender>& contenders, double x) {
  const Contender* best = nullptr;
  for (const Contender& contender : contenders) {
    if (contender.x_end <= x) continue;
    if (best == nullptr || better_beyond(contender, *best, x)) best = &contender;
  }
  return best;
}

// Where `rising` crosses `falling` from below; infinity when it never does.
double crossing(const Line& rising, const Line& falling) {
  if (falling.slope >= rising.slope) return kInfinity;
  return (falling.offset - rising.offset) / (rising.slope - falling.slope);
}

struct Event {
  double x = kInfinity;
  const Contender* next = nullptr;  // unset: the current line ends here
};

// What ends the reign of `current`, the best at `x`.
Event next_event(const std::vector<Contender>& contenders, const Contender& current, double x) {
  Event event{current.x_end, nullptr};
  for (const Contender& other : contenders) {
    const double meeting = other.objective == current.objective
                               ? crossing(current.latency, other.latency)
                               : crossing(current.objective, other.objective);
    const double at = std::max(meeting, x);  // rounding may put it just behind
    if (!(at < other.x_end)) continue;
    const bool sooner = at < event.x;
    const bool same_place = at == event.x && event.next != nullptr;
    if (sooner ||
        (same_place && std::tie(other.objective.slope, other.latency.slope) <
                           std::tie(event.next->objective.slope, event.next->latency.slope))) {
      event = {at, &other};
    }
  }
  return event;
}

bool same_choice(const PolicyRegion& a, const PolicyRegion& b) {
  return a.split == b.split && a.codec == b.codec;
}

// Appends the next slower region, merging it with its neighbour when the choice is the same.
void append_region(std::vector<PolicyRegion>& regions, const Contender* best, double x_from,
                   double x_to) {
  if (!(x_to > x_from)) return;
  PolicyRegion region;
  region.rate_low_bps = x_to == kInfinity ? 0 : 1 / x_to;
  if (!regions.empty()) region.rate_high_bps = regions.back().rate_low_bps;
  if (best != nullptr) {
    region.split = best->candidate->split;
    region.codec = best->candidate->codec;
  }
  if (!regions.empty() && same_choice(regions.back(), region)) {
    regions.back().rate_low_bps = region.rate_low_bps;
  } else {
    regions.push_back(std::move(region));
  }
}

}  // namespace

std::vector<PolicyRegion> policy_regions(const std::vector<Candidate>& candidates,
                                         const Objective& objective, const Constraints& constraints,
                                         const Conditions& conditions) {
  const std::vector<Contender> contenders =
      contenders_of(candidates, objective, constraints, conditions);
  std::vector<PolicyRegion> regions;
  // No link is faster, and no boundary beyond it would mean anything.
  double x = 1 / kMaxRateBps;
  const Contender* current = best_beyond(contenders, x);
  while (current != nullptr) {
    const Event event = next_event(contenders, *current, x);
    append_region(regions, current, x, event.x);
    if (event.x == kInfinity) break;
    x = event.x;
    current = event.next != nullptr ? event.next : best_beyond(contenders, x);
  }
  if (current == nullptr) append_region(regions, nullptr, x, kInfinity);
  std::reverse(regions.begin(), regions.end());
  return regions;
}

}  // namespace splitbench
