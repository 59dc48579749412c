#include "plan/cost_model.h"

#include "base/spec.h"

namespace splitbench {
namespace {

double transfer_s(double bytes, double rate_bps, const Link& link) {
  return link.rtt_s / 2 + 8 * (bytes + link.overhead_bytes) / rate_bps;
}

// A device that is modelled by scaling times draws a power that nobody knows.
void set_energy(Estimate& estimate, const EnergyReading& reading, double device_scale) {
  if (!reading.joules) {
    estimate.energy_reason =
        reading.reason.empty() ? "the device profile has no energy" : reading.reason;
  } else if (device_scale != 1) {
    estimate.energy_reason = "measured on a device that is not the one modelled, device scale " +
                             format_number(device_scale);
  } else {
    estimate.energy_j = reading.joules;
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

LinearLatency linear_latency(const Estimate& e, const Conditions& conditions) {
  const Link& link = conditions.link;
  const double local_s = e.device_s + e.encode_s + e.server_s + e.decode_s;
  if (e.uplink_s + e.downlink_s == 0) return {local_s, 0};
  const double uplink_bits = 8 * (e.payload_bytes + link.overhead_bytes);
  if (!link.downlink_follows) return {local_s + link.rtt_s / 2 + e.downlink_s, uplink_bits};
  const double downlink_bits = 8 * (conditions.result_bytes + link.overhead_bytes);
  return {local_s + link.rtt_s, uplink_bits + downlink_bits};
}

}  // namespace splitbench
