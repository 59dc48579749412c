// The cost model: what one inference takes with a given split, codec and link.
//
//   latency_s  = device_s + encode_s + uplink_s + server_s + decode_s + downlink_s
//   device_s   = median head time in the device profile * device_scale
//   encode_s   = median encode time of the cell * device_scale
//   uplink_s   = rtt_s / 2 + 8 * (mean payload + overhead_bytes) / rate_bps
//   server_s   = median tail time in the server profile * server_scale / (1 - server_load)
//   decode_s   = median decode time of the cell * server_scale / (1 - server_load)
//   downlink_s = rtt_s / 2 + 8 * (bytes of the model's output + overhead_bytes) / downlink_bps
//
// 1 / (1 - load) is the slow-down of an M/M/1 queue. Codec times are the cell's, measured where
// `compress` ran; the scales are how they are carried over to other machines.
//
// server-only: the head is the identity, so device_s = 0 and the tail is the whole network.
// device-only: device_s = median end-to-end time in the device profile * device_scale. Nothing is
// encoded or sent: every other stage, the payload and the accuracy loss are 0.
//
// A learned codec has the head of the split that its encoder takes, and the tail of the cell's; its
// networks are in encode_s and decode_s.
//
// energy_j is the device's energy in the head (at device-only: in the whole network) as measured.
// The codec and the radio are not in it. It is unset at another device_scale than 1, as the power
// of a device that was not measured is unknown.
//
// Whether the downlink is fixed or follows the uplink (core/link.h), latency is fixed_s + bits /
// rate_bps: what makes the policy exact.
// Pure functions; thread-safe.
#pragma once

#include "core/plan.h"

namespace splitbench {

// Everything about a plan but the candidate.
struct Conditions {
  Link link;
  double server_load = 0;
  double device_scale = 1, server_scale = 1;
  double result_bytes = 0;  // of the model's output tensor
};
Conditions conditions_of(const PlanRequest& request);

Estimate estimate_device_only(const SegmentProfile& end_to_end, const Conditions& conditions);

// `device` is the split whose boundary is encoded, in the device profile, `server` the cell's in
// the server profile: the same, but with a bottleneck. Not device-only; `cell` is ok.
Estimate estimate_split(const SplitProfile& device, const SplitProfile& server, const Cell& cell,
                        const Conditions& conditions);

// Latency over the uplink rate: fixed_s + bits / rate_bps.
struct LinearLatency {
  double fixed_s = 0;
  double bits = 0;
};

// The line that an estimate made under `conditions` lies on; bits is 0 when it sends nothing.
LinearLatency linear_latency(const Estimate& estimate, const Conditions& conditions);

}  // namespace splitbench
