#include "plan/bottlenecks.h"

#include <algorithm>
#include <unordered_map>

#include "base/error.h"
#include "base/nearest.h"
#include "plan/constraints.h"

namespace splitbench {
namespace {

// The least payload of each split that keeps the bound on accuracy.
std::unordered_map<std::string, double> least_bytes(const std::vector<Candidate>& candidates,
                                                    const Constraints& constraints) {
  Constraints accuracy;
  accuracy.max_accuracy_loss = constraints.max_accuracy_loss;
  accuracy.certain_loss = constraints.certain_loss;
  const std::vector<Bound> bounds = bounds_of(accuracy);
  std::unordered_map<std::string, double> least;
  for (const Candidate& candidate : candidates) {
    if (!candidate.estimate) continue;
    if (!bounds.empty() && !satisfied(bounds.front(), *candidate.estimate)) continue;
    const double bytes = candidate.estimate->payload_bytes;
    const auto [entry, is_new] = least.emplace(candidate.split, bytes);
    if (!is_new) entry->second = std::min(entry->second, bytes);
  }
  return least;
}

}  // namespace

std::set<std::string> splits_of_scope(SplitScope scope, const Profile& device,
                                      const std::vector<Candidate>& candidates,
                                      const Constraints& constraints) {
  const std::unordered_map<std::string, double> bytes = least_bytes(candidates, constraints);
  const auto input = bytes.find(split_kind_name(SplitKind::kServerOnly));
  double record = input != bytes.end() ? input->second : static_cast<double>(device.input.bytes());
  std::set<std::string> splits = {split_kind_name(SplitKind::kServerOnly),
                                  split_kind_name(SplitKind::kDeviceOnly)};
  for (const SplitProfile& split : device.splits) {
    if (split.split.kind != SplitKind::kInner) continue;
    if (scope == SplitScope::kNatural) {
      if (split.split.natural_bottleneck) splits.insert(split.split.id);
      continue;
    }
    const auto own = bytes.find(split.split.id);
    if (own == bytes.end() || !(own->second < record)) continue;
    record = own->second;
    splits.insert(split.split.id);
  }
  return splits;
}

void restrict_to_scope(std::vector<Candidate>& candidates, const PlanRequest& request) {
  if (request.scope == SplitScope::kAll) return;
  const std::set<std::string> splits =
      splits_of_scope(request.scope, request.device, candidates, request.constraints);
  for (Candidate& candidate : candidates) {
    if (!candidate.estimate || splits.count(candidate.split) > 0) continue;
    candidate.estimate.reset();
    candidate.rejected_because = request.scope == SplitScope::kNatural
                                     ? "no natural bottleneck"
                                     : "no fewer bytes than an earlier split";
  }
}

SplitScope parse_scope(const std::string& text) {
  if (text == "all") return SplitScope::kAll;
  if (text == "natural") return SplitScope::kNatural;
  if (text == "natural-bytes") return SplitScope::kNaturalBytes;
  throw bad_input("no scope '" + text + "'" +
                  suggestion(text, {"all", "natural", "natural-bytes"}));
}

}  // namespace splitbench
