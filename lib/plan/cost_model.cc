#include "plan/cost_model.h"

namespace splitbench {
namespace {

double transfer_s(double bytes, double rate_bps, const Link& link) {
  return link.rtt_s / 2 + 8 * (bytes + link.overhead_bytes) / rate_bps;
}

void set_energy(Estimate& estimate, const EnergyReading& reading, double scale) {
  if (reading.joules) {
    estimate.energy_j = *reading.joules * scale;
  } else {
    estimate.energy_reason =
        reading.reason.empty() ? "the device profile has no energy" : reading.reason;
  }
}

// The same order of addition everywhere, so that equal stages give equal sums.
void set_latency(Estimate& e) {
  e.latency_s = e.device_s + e.encode_s + e.uplink_s + e.server_s + e.decode_s + e.downlink_s;
}

}  // namespace

Conditions conditions_of(const PlanRequest& request) {
  return {request.link, request.server_load, request.device_scale, request.server_scale,
          static_cast<double>(request.device.output.bytes())};
}

Estimate estimate_device_only(const SegmentProfile& end_to_end, const Conditions& conditions) {
  Estimate estimate;
  estimate.device_s = end_to_end.latency.median * conditions.device_scale;
  estimate.accuracy_loss_ci95 = Interval{0, 0};
  set_energy(estimate, end_to_end.energy, conditions.device_scale);
  set_latency(estimate);
  return estimate;
}

Estimate estimate_split(const SplitProfile& device, const SplitProfile& server, const Cell& cell,
                        const Conditions& conditions) {
  const Link& link = conditions.link;
  const double server_factor = conditions.server_scale / (1 - conditions.server_load);
  const bool has_head = device.split.kind != SplitKind::kServerOnly;
  const PairedLoss loss = accuracy_loss(cell.accuracy);
  Estimate estimate;
  estimate.device_s = has_head ? device.head.latency.median * conditions.device_scale : 0;
  estimate.encode_s = cell.encode.median * conditions.device_scale;
  estimate.uplink_s = transfer_s(cell.payload_bytes.mean, link.rate_bps, link);
  estimate.server_s = server.tail.latency.median * server_factor;
  estimate.decode_s = cell.decode.median * server_factor;
  estimate.downlink_s = transfer_s(conditions.result_bytes, link.downlink_bps, link);
  estimate.payload_bytes = cell.payload_bytes.mean;
  estimate.accuracy_loss = loss.loss;
  estimate.accuracy_loss_ci95 = loss.ci95;
  set_energy(estimate, device.head.energy, conditions.device_scale);
  set_latency(estimate);
  return estimate;
}

LinearLatency linear_latency(const Estimate& e, const Link& link) {
  const double local_s = e.device_s + e.encode_s + e.server_s + e.decode_s;
  if (e.uplink_s == 0) return {local_s + e.downlink_s, 0};
  return {local_s + link.rtt_s / 2 + e.downlink_s, 8 * (e.payload_bytes + link.overhead_bytes)};
}

}  // namespace splitbench
