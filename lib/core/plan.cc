#include "core/plan.h"

namespace splitbench {

std::optional<double> objective_value(const Objective& objective, const Estimate& estimate) {
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
