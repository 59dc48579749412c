#include "plan/misses.h"

#include <algorithm>
#include <limits>

#include "base/units.h"
#include "plan/choice.h"

namespace splitbench {
namespace {

using Candidates = std::vector<Candidate>;

bool is_comparable(const Candidate& candidate, const Objective& objective) {
  return candidate.estimate && comparable(objective, *candidate.estimate);
}

// The objective's least value among those that satisfy `admit`; infinity when there is none.
template <typename Admit>
double least_value(const Candidates& candidates, const Objective& objective, Admit admit) {
  double least = std::numeric_limits<double>::infinity();
  for (const Candidate& candidate : candidates) {
    if (!is_comparable(candidate, objective) || !admit(*candidate.estimate)) continue;
    least = std::min(least, *objective_value(objective, *candidate.estimate));
  }
  return least;
}

using BoundPointers = std::vector<const Bound*>;

bool reachable(const Candidates& candidates, const Objective& objective,
               const BoundPointers& bounds) {
  return std::any_of(candidates.begin(), candidates.end(), [&](const Candidate& candidate) {
    return is_comparable(candidate, objective) &&
           std::all_of(bounds.begin(), bounds.end(),
                       [&](const Bound* b) { return satisfied(*b, *candidate.estimate); });
  });
}

// Which bounds cannot be kept: one by itself, or two together, or else all of them.
std::string conflict_text(const Candidates& candidates, const Objective& objective,
                          const std::vector<Bound>& bounds) {
  for (const Bound& bound : bounds) {
    if (!reachable(candidates, objective, {&bound})) return "no candidate keeps " + bound.name;
  }
  for (std::size_t i = 0; i < bounds.size(); ++i) {
    for (std::size_t j = i + 1; j < bounds.size(); ++j) {
      if (reachable(candidates, objective, {&bounds[i], &bounds[j]})) continue;
      return bounds[i].name + " and " + bounds[j].name +
             " contradict each other: either can be kept, both by no candidate";
    }
  }
  return "any two constraints can be kept, but not all " + std::to_string(bounds.size());
}

// The bound that an estimate misses by the most of it.
struct Miss {
  const Bound* bound = nullptr;
  double violation = 0;
};

// Unset when a bounded quantity is unknown, or nothing is missed.
std::optional<Miss> worst_miss(const Estimate& estimate, const std::vector<Bound>& bounds) {
  Miss worst;
  for (const Bound& bound : bounds) {
    if (!bound.value(estimate)) return std::nullopt;
    const double own = relative_violation(bound, estimate);
    if (own > worst.violation) worst = {&bound, own};
  }
  return worst.bound == nullptr ? std::nullopt : std::optional<Miss>(worst);
}

}  // namespace

std::string binding_constraint(const Candidates& candidates, const Objective& objective,
                               const std::vector<Bound>& bounds,
                               const std::optional<Candidate>& chosen) {
  double best = chosen ? *objective_value(objective, *chosen->estimate)
                       : std::numeric_limits<double>::infinity();
  std::string binding;
  for (const Bound& removed : bounds) {
    const double value = least_value(candidates, objective, [&](const Estimate& estimate) {
      return std::all_of(bounds.begin(), bounds.end(), [&](const Bound& bound) {
        return bound.name == removed.name || satisfied(bound, estimate);
      });
    });
    if (value < best) {
      best = value;
      binding = removed.name;
    }
  }
  return binding;
}

std::string nearest_miss(const Candidates& candidates, const Objective& objective,
                         const std::vector<Bound>& bounds) {
  const Candidate* nearest = nullptr;
  Miss least = {nullptr, std::numeric_limits<double>::infinity()};
  for (const Candidate& candidate : candidates) {
    if (!is_comparable(candidate, objective)) continue;
    const std::optional<Miss> miss = worst_miss(*candidate.estimate, bounds);
    if (!miss) continue;
    const bool tie = nearest != nullptr && miss->violation == least.violation &&
                     preferred(candidate, *nearest, objective);
    if (nearest == nullptr || miss->violation < least.violation || tie) {
      nearest = &candidate;
      least = *miss;
    }
  }
  if (nearest == nullptr) return "";
  const std::string share = as_good_as_zero(*least.bound)
                                ? ""
                                : " by " + format_percent(least.violation) + " of the bound";
  return candidate_name(*nearest) + " misses " + least.bound->name + share + " (" +
         nearest->rejected_because + "); " + conflict_text(candidates, objective, bounds);
}

}  // namespace splitbench
