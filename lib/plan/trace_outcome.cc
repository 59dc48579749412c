#include "plan/trace_outcome.h"

#include <algorithm>
#include <limits>
#include <vector>

#include "core/front.h"
#include "core/statistics.h"
#include "plan/cost_model.h"
#include "plan/robust.h"

namespace splitbench {
namespace {

// Those that can be fastest at some start: what takes longer on the device, sends more and takes
// longer on the server is slower at each.
std::vector<const Estimate*> contenders(const Plan& plan) {
  std::vector<const Estimate*> all;
  std::vector<Objectives> costs;
  for (const Candidate& candidate : plan.candidates) {
    if (!candidate.feasible) continue;
    const Estimate& e = *candidate.estimate;
    all.push_back(&e);
    costs.push_back({e.device_s + e.encode_s, e.payload_bytes, e.server_s + e.decode_s});
  }
  std::vector<const Estimate*> kept;
  for (const std::size_t i : non_dominated(costs)) kept.push_back(all[i]);
  return kept;
}

double latency_from_start(const Estimate& e, std::size_t k, const Conditions& c,
                          StepTrace::Hint& hint) {
  const LinearLatency line = linear_latency(e, c);  // the bits of all that adds up over the trace
  if (line.bits == 0) return line.fixed_s;
  return line.fixed_s + transfer_from_start(*c.trace, k, line.bits, e.device_s + e.encode_s, hint);
}

}  // namespace

std::optional<TraceOutcome> trace_outcome(const Plan& plan, const PlanRequest& request) {
  if (!plan.chosen) return std::nullopt;
  const Conditions conditions = conditions_of(request);
  TraceOutcome outcome;
  outcome.file = request.trace_file;
  outcome.format = request.trace_format;
  outcome.duration_s = request.trace->duration_s();
  outcome.mean_bps = request.trace->mean();
  outcome.starts = kTraceStarts;
  outcome.statistic = request.statistic;
  const std::vector<const Estimate*> others = contenders(plan);
  std::vector<double> own(kTraceStarts);
  std::vector<double> regret(kTraceStarts);
  StepTrace::Hint own_hint;
  std::vector<StepTrace::Hint> hints(others.size());
  for (std::size_t k = 0; k < kTraceStarts; ++k) {
    own[k] = latency_from_start(*plan.chosen->estimate, k, conditions, own_hint);
    double best = own[k];
    for (std::size_t i = 0; i < others.size(); ++i) {
      best = std::min(best, latency_from_start(*others[i], k, conditions, hints[i]));
    }
    regret[k] = own[k] - best;
  }
  outcome.mean_s = mean(own);
  outcome.p95_s = quantile(own, 0.95);
  outcome.worst_s = *std::max_element(own.begin(), own.end());
  outcome.mean_regret_s = mean(regret);
  outcome.worst_regret_s = *std::max_element(regret.begin(), regret.end());
  return outcome;
}

}  // namespace splitbench
