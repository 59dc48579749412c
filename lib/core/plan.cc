#include "core/plan.h"

#include <algorithm>

namespace splitbench {

std::optional<double> quantity_of(const Estimate& estimate, Quantity quantity) {
  switch (quantity) {
    case Quantity::kLatency:
      return estimate.latency_s;
    case Quantity::kEnergy:
      return estimate.energy_j;
    case Quantity::kBytes:
      return estimate.payload_bytes;
    case Quantity::kLoss:
      return estimate.accuracy_loss;
    case Quantity::kMemory:
      return estimate.device_memory_bytes;
    case Quantity::kPeriod:
      return estimate.period_s;
  }
  return std::nullopt;
}

const char* quantity_name(Quantity quantity) {
  switch (quantity) {
    case Quantity::kLatency:
      return "latency";
    case Quantity::kEnergy:
      return "energy";
    case Quantity::kBytes:
      return "bytes";
    case Quantity::kLoss:
      return "loss";
    case Quantity::kMemory:
      return "memory";
    case Quantity::kPeriod:
      return "period";
  }
  return "";
}

bool needs_energy(const Objective& objective) {
  return objective.energy_weight > 0 ||
         std::any_of(objective.goals.begin(), objective.goals.end(),
                     [](const Goal& goal) { return goal.quantity == Quantity::kEnergy; });
}

std::optional<double> objective_value(const Objective& objective, const Estimate& estimate) {
  if (objective.form != Objective::Form::kWeighted) {
    return quantity_of(estimate, objective.goals.front().quantity);
  }
  double value = objective.latency_weight * estimate.latency_s +
                 objective.bytes_weight * estimate.payload_bytes;
  if (objective.energy_weight > 0) {
    if (!estimate.energy_j) return std::nullopt;
    value += objective.energy_weight * *estimate.energy_j;
  }
  return value;
}

std::string candidate_name(const Candidate& candidate) {
  if (candidate.split == split_kind_name(SplitKind::kDeviceOnly)) return candidate.split;
  return candidate.split + " with " + candidate.codec;
}

bool same_choice(const Candidate& a, const Candidate& b) {
  return a.split == b.split && a.codec == b.codec;
}

}  // namespace splitbench
