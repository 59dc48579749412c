#include "plan/policy_table.h"

#include <algorithm>
#include <array>
#include <functional>
#include <tuple>

#include "plan/constraints.h"
#include "plan/energy.h"
#include "plan/policy_cells.h"

namespace splitbench {
namespace {

struct Choice {
  const Candidate* candidate = nullptr;
  PolicyEntry entry;
};

void append(std::vector<double>& costs, const CostPlane& plane) {
  costs.insert(costs.end(), {plane.fixed, plane.per_x, plane.per_w});
}

// Everything in which less is better wherever the device is.
std::vector<double> costs_of(const PolicyTable& table, const PolicyEntry& entry) {
  std::vector<double> costs;
  append(costs, entry.value);
  append(costs, entry.latency_s);
  if (table.max_energy_j) append(costs, entry.energy_j.value_or(CostPlane{}));
  return costs;
}

bool no_worse(const std::vector<double>& a, const std::vector<double>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), std::less_equal<>());
}

// Those that no other beats in every cost; of equals the first in the planner's order.
std::vector<Choice> undominated(const PolicyTable& table, std::vector<Choice> choices) {
  const auto key = [&](const Choice& choice) {
    const Estimate& e = *choice.candidate->estimate;
    return std::make_tuple(costs_of(table, choice.entry), e.payload_bytes, e.accuracy_loss,
                           std::cref(choice.candidate->split), std::cref(choice.candidate->codec));
  };
  std::sort(choices.begin(), choices.end(),
            [&](const Choice& a, const Choice& b) { return key(a) < key(b); });
  std::vector<Choice> kept;
  std::vector<std::vector<double>> kept_costs;
  for (Choice& choice : choices) {
    const std::vector<double> costs = costs_of(table, choice.entry);
    const bool beaten = std::any_of(kept_costs.begin(), kept_costs.end(),
                                    [&](const auto& other) { return no_worse(other, costs); });
    if (beaten) continue;
    kept_costs.push_back(costs);
    kept.push_back(std::move(choice));
  }
  // Ties at a point go to the earlier entry: fewer bytes, then lower loss, then the names.
  std::stable_sort(kept.begin(), kept.end(), [](const Choice& a, const Choice& b) {
    const auto tie = [](const Choice& c) {
      return std::make_tuple(c.candidate->estimate->payload_bytes,
                             c.candidate->estimate->accuracy_loss, std::cref(c.candidate->split),
                             std::cref(c.candidate->codec));
    };
    return tie(a) < tie(b);
  });
  return kept;
}

}  // namespace

PolicyTable policy_table(const std::vector<Candidate>& candidates, const Objective& objective,
                         const Constraints& constraints, const Conditions& conditions) {
  PolicyTable table;
  table.queue = conditions.queue;
  table.max_latency_s = constraints.max_latency_s;
  table.max_energy_j = constraints.max_energy_j;
  Constraints fixed = constraints;
  fixed.max_latency_s.reset();
  fixed.max_energy_j.reset();
  const std::vector<Bound> bounds = bounds_of(fixed);
  std::vector<Choice> choices;
  for (const Candidate& candidate : candidates) {
    if (!candidate.estimate) continue;
    const Estimate& e = *candidate.estimate;
    const std::optional<CostPlane> value = objective_plane(objective, e, conditions);
    const std::optional<CostPlane> energy = energy_plane(e, conditions);
    if (!value || (table.max_energy_j && !energy)) continue;
    if (!std::all_of(bounds.begin(), bounds.end(),
                     [&](const Bound& bound) { return satisfied(bound, e); })) {
      continue;
    }
    choices.push_back({&candidate,
                       {candidate.split, candidate.codec, conditions.batch,
                        latency_plane(e, conditions), *value, energy}});
  }
  for (Choice& choice : undominated(table, std::move(choices))) {
    table.entries.push_back(std::move(choice.entry));
  }
  std::vector<bool> wins(table.entries.size(), false);
  for (const PolicyCell& cell : policy_cells(table, conditions.batch)) wins[cell.entry] = true;
  std::vector<PolicyEntry> winners;
  for (std::size_t i = 0; i < wins.size(); ++i) {
    if (wins[i]) winners.push_back(std::move(table.entries[i]));
  }
  table.entries = std::move(winners);
  return table;
}

PolicyTable joined(const std::vector<PolicyTable>& tables) {
  PolicyTable all = tables.front();
  for (std::size_t i = 1; i < tables.size(); ++i) {
    all.entries.insert(all.entries.end(), tables[i].entries.begin(), tables[i].entries.end());
  }
  return all;
}

}  // namespace splitbench
