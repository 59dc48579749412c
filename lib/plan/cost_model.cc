#include "plan/cost_model.h"

#include <algorithm>
#include <cmath>

#include "plan/energy.h"
#include "plan/robust.h"

namespace splitbench {
namespace {

double transfer_s(double bits, double rate_bps, const Link& link) {
  return link.rtt_s / 2 + bits / rate_bps;
}

// The same order of addition everywhere, so that equal stages give equal sums.
void set_latency(Estimate& e) {
  e.latency_s = e.device_s + e.encode_s + e.uplink_s + e.server_s + e.decode_s + e.downlink_s;
}

void set_period(Estimate& e, const Conditions& conditions) {
  const double half_trip = sends(e) ? conditions.link.rtt_s / 2 : 0;
  e.period_s = std::max({e.device_s + e.encode_s, e.uplink_s - half_trip, e.server_s + e.decode_s,
                         e.downlink_s - half_trip});
}

// A median with the interval around it that was measured, scaled.
struct Spread {
  const LatencySummary* summary = nullptr;
  double factor = 1;
};

std::optional<Interval> latency_interval(double latency_s, std::initializer_list<Spread> spreads) {
  double below = 0;
  double above = 0;
  for (const Spread& spread : spreads) {
    const LatencySummary& s = *spread.summary;
    if (!(s.ci95.low <= s.median && s.median <= s.ci95.high)) return std::nullopt;
    below += std::pow((s.median - s.ci95.low) * spread.factor, 2);
    above += std::pow((s.ci95.high - s.median) * spread.factor, 2);
  }
  return Interval{latency_s - std::sqrt(below), latency_s + std::sqrt(above)};
}

// Both ways; requires the payload and what goes before.
void set_transfers(Estimate& e, const Conditions& c) {
  const double up_bits = uplink_bits(e, c);
  e.downlink_s = transfer_s(downlink_bits(c), c.link.downlink_bps, c.link);
  if (c.trace == nullptr) {
    e.uplink_s = transfer_s(up_bits, c.link.rate_bps, c.link);
    return;
  }
  const double start_s = e.device_s + e.encode_s;
  double sending_s = robust_transfer_s(*c.trace, up_bits, start_s, c.statistic);
  if (c.link.downlink_follows) {
    // One after the other without a pause: what adds up to the bits of both.
    const double both_s =
        robust_transfer_s(*c.trace, up_bits + downlink_bits(c), start_s, c.statistic);
    sending_s = std::min(sending_s, both_s);
    e.downlink_s = c.link.rtt_s / 2 + (both_s - sending_s);
  }
  e.uplink_s = c.link.rtt_s / 2 + sending_s;
}

int runs(int batch, int profiled) { return profiled == batch ? 1 : batch; }

}  // namespace

Conditions conditions_of(const PlanRequest& request) {
  Conditions conditions = {
      request.link, request.server_load, request.device_scale, request.server_scale,
      static_cast<double>(request.device.output.bytes()) / request.device.batch};
  conditions.queue = request.queue;
  conditions.batch = request.batch;
  conditions.device_runs = runs(request.batch, request.device.batch);
  conditions.server_runs = runs(request.batch, request.server.batch);
  conditions.power = known_power(request);
  conditions.trace = request.trace.get();
  conditions.statistic = request.statistic;
  return conditions;
}

Conditions conditions_of(const Plan& plan) {
  Conditions conditions = {plan.link, plan.server_load, plan.device_scale, plan.server_scale, 0};
  conditions.queue = plan.queue;
  conditions.batch = plan.batch;
  conditions.power = plan.power;
  if (plan.result_bytes) {
    conditions.result_bytes = *plan.result_bytes;
    return conditions;
  }
  for (const Candidate& candidate : plan.candidates) {
    if (!candidate.estimate || !sends(*candidate.estimate)) continue;
    const double receiving_s = candidate.estimate->downlink_s - plan.link.rtt_s / 2;
    const double bytes = receiving_s * plan.link.downlink_bps / 8 - plan.link.overhead_bytes;
    conditions.result_bytes = std::max(bytes, 0.0) / plan.batch;
    break;
  }
  return conditions;
}

double slow_down(const Conditions& c) {
  if (c.queue.kind == QueueKind::kMm1) return 1 / (1 - c.server_load);
  return 1 + waiting_factor(c.queue, c.server_load);
}

double uplink_bits(const Estimate& estimate, const Conditions& conditions) {
  return 8 * (estimate.payload_bytes + conditions.link.overhead_bytes);
}

double downlink_bits(const Conditions& conditions) {
  return 8 * (conditions.batch * conditions.result_bytes + conditions.link.overhead_bytes);
}

bool sends(const Estimate& e) { return e.uplink_s + e.downlink_s > 0; }

Estimate estimate_device_only(const SegmentProfile& end_to_end, const Conditions& conditions,
                              std::optional<double> memory) {
  Estimate estimate;
  const double factor = conditions.device_scale * conditions.device_runs;
  estimate.device_s = end_to_end.latency.median * factor;
  estimate.accuracy_loss_ci95 = Interval{0, 0};
  estimate.device_memory_bytes = memory;
  set_latency(estimate);
  set_period(estimate, conditions);
  set_energy(estimate, end_to_end.energy, conditions);
  estimate.latency_ci95 = latency_interval(estimate.latency_s, {{&end_to_end.latency, factor}});
  return estimate;
}

Estimate estimate_split(const SplitProfile& device, const SplitProfile& server, const Cell& cell,
                        const Conditions& conditions, std::optional<double> memory) {
  const double n = conditions.batch;
  const double server_factor = conditions.server_scale * slow_down(conditions);
  const double head_factor = conditions.device_scale * conditions.device_runs;
  const double tail_factor = server_factor * conditions.server_runs;
  const bool has_head = device.split.kind != SplitKind::kServerOnly;
  const PairedLoss loss = accuracy_loss(cell.accuracy);
  Estimate estimate;
  estimate.payload_bytes = n * cell.payload_bytes.mean;
  estimate.accuracy_loss = loss.loss;
  estimate.accuracy_loss_ci95 = loss.ci95;
  estimate.device_memory_bytes = memory;
  estimate.device_s = has_head ? device.head.latency.median * head_factor : 0;
  estimate.encode_s = n * cell.encode.median * conditions.device_scale;
  set_transfers(estimate, conditions);
  estimate.server_s = server.tail.latency.median * tail_factor;
  estimate.decode_s = n * cell.decode.median * server_factor;
  estimate.queue_s = (estimate.server_s + estimate.decode_s) * (1 - 1 / slow_down(conditions));
  set_latency(estimate);
  set_period(estimate, conditions);
  set_energy(estimate, device.head.energy, conditions);
  const LatencySummary& head = device.head.latency;
  const LatencySummary& tail = server.tail.latency;
  estimate.latency_ci95 =
      has_head ? latency_interval(estimate.latency_s, {{&head, head_factor}, {&tail, tail_factor}})
               : latency_interval(estimate.latency_s, {{&tail, tail_factor}});
  return estimate;
}

LinearLatency linear_latency(const Estimate& e, const Conditions& conditions) {
  const Link& link = conditions.link;
  const double local_s = e.device_s + e.encode_s + e.server_s + e.decode_s;
  if (!sends(e)) return {local_s, 0};
  const double bits = uplink_bits(e, conditions);
  if (!link.downlink_follows) return {local_s + link.rtt_s / 2 + e.downlink_s, bits};
  return {local_s + link.rtt_s, bits + downlink_bits(conditions)};
}

CostPlane latency_plane(const Estimate& e, const Conditions& conditions) {
  const LinearLatency line = linear_latency(e, conditions);
  const double unloaded_s = (e.server_s + e.decode_s) / slow_down(conditions);
  return {line.fixed_s - (e.server_s + e.decode_s) + unloaded_s, line.bits, unloaded_s};
}

std::optional<CostPlane> objective_plane(const Objective& o, const Estimate& e,
                                         const Conditions& conditions) {
  if (o.form != Objective::Form::kWeighted) return std::nullopt;
  CostPlane plane = latency_plane(e, conditions);
  plane.fixed = o.latency_weight * plane.fixed + o.bytes_weight * e.payload_bytes;
  plane.per_x *= o.latency_weight;
  plane.per_w *= o.latency_weight;
  if (o.energy_weight > 0) {
    const std::optional<CostPlane> energy = energy_plane(e, conditions);
    if (!energy) return std::nullopt;
    plane.fixed += o.energy_weight * energy->fixed;
    plane.per_x += o.energy_weight * energy->per_x;
    plane.per_w += o.energy_weight * energy->per_w;
  }
  return plane;
}

}  // namespace splitbench
