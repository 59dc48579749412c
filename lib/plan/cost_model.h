// The cost model: what one inference takes with a given split, codec and link.
//
//   latency_s  = device_s + encode_s + uplink_s + server_s + decode_s + downlink_s
//   device_s   = n_d * median head time in the device profile * device_scale
//   encode_s   = n * median encode time of the cell * device_scale
//   uplink_s   = rtt_s / 2 + 8 * (payload_bytes + overhead_bytes) / rate_bps
//   server_s   = n_s * median tail time in the server profile * server_scale * (1 + w)
//   decode_s   = n * median decode time of the cell * server_scale * (1 + w)
//   downlink_s = rtt_s / 2 + 8 * (n * bytes of the model's output + overhead_bytes) / downlink_bps
//   queue_s    = (server_s + decode_s) * w / (1 + w), a part of these two
//
// payload_bytes is n times the cell's mean. n is the batch that crosses in one message: n_d and n_s
// are 1 with profiles of n inputs and n with profiles of one, whose times are then modelled one
// after another. w is the waiting factor of the server's queue (core/server_queue.h); M/M/1 gives
// 1 + w = 1 / (1 - load). Codec times are the cell's, measured where `compress` ran; the scales are
// how they are carried over to other machines.
//
// Over a trace the time to send is no quotient but the time in which the trace adds up to the bits
// from the moment of sending (core/step_trace.h), for starts spread evenly over the trace; of these
// times `statistic` makes one: their mean, a quantile, or mean + deviation * sqrt(p / (1 - p)),
// which at most 1 - p of any distribution with that mean and deviation exceeds (Cantelli's
// inequality). A downlink that follows the uplink adds up over the trace too, from the moment the
// payload is through, as replays have it (plan/exchange.h): `statistic` is then of both transfers
// together, the uplink has what it is of the uplink alone but at most that, the downlink the rest.
// So latency_s is that statistic of the latencies of all starts, and each stage that of its own
// times where it is the mean.
//
// server-only: the head is the identity, so device_s = 0 and the tail is the whole network.
// device-only: device_s = median end-to-end time in the device profile * device_scale. Nothing is
// encoded or sent: every other stage, the payload and the accuracy loss are 0.
//
// A learned codec has the head of the split that its encoder takes, and the tail of the cell's; its
// networks are in encode_s and decode_s.
//
// period_s is the longest of what is occupied while inferences follow each other (pipelining):
// device_s + encode_s, the link without its round trip either way, and server_s + decode_s. 1 /
// period_s of them end each second.
//
// latency_ci95: the intervals of head and tail times, each scaled as its stage, added in squares on
// either side (errors that are independent: GUM 5.1.2). Codec times and payloads carry no interval
// in cells and count as exact. Unset when a profile has no interval.
//
// Energy is the device's: plan/energy.h. Memory is the device's: plan/memory.h.
//
// Whether the downlink is fixed or follows the uplink (core/link.h), latency is linear in x = 1 /
// rate and in w: what makes the policy exact.
// Pure functions; thread-safe.
#pragma once

#include <optional>

#include "core/plan.h"

namespace splitbench {

// Everything about a plan but the candidate.
struct Conditions {
  Link link;
  double server_load = 0;
  double device_scale = 1, server_scale = 1;
  double result_bytes = 0;  // of the model's output for one input
  ServerQueue queue = {};
  int batch = 1;
  int device_runs = 1, server_runs = 1;  // of the profiled batch, to make up `batch`
  PowerModel power = {};
  const StepTrace* trace = nullptr;  // of the request, which must outlive this
  RobustStatistic statistic = {};
};
Conditions conditions_of(const PlanRequest& request);
// The conditions that a plan's estimates were made under, without the trace. In a plan that does
// not say what the result takes (one from before it was written down, with its downlink at a fixed
// or the mean rate), its bytes come from the first estimate that sends something.
Conditions conditions_of(const Plan& plan);

// 1 + w at the conditions' load.
double slow_down(const Conditions& conditions);

// Bits on the uplink and on the downlink for an estimate that sends something.
double uplink_bits(const Estimate& estimate, const Conditions& conditions);
double downlink_bits(const Conditions& conditions);

// `memory` is what the device needs for it, if known (plan/memory.h).
Estimate estimate_device_only(const SegmentProfile& end_to_end, const Conditions& conditions,
                              std::optional<double> memory = {});

// `device` is the split whose boundary is encoded, in the device profile, `server` the cell's in
// the server profile: the same, but with a bottleneck. Not device-only; `cell` is ok.
Estimate estimate_split(const SplitProfile& device, const SplitProfile& server, const Cell& cell,
                        const Conditions& conditions, std::optional<double> memory = {});

// Latency over the uplink rate: fixed_s + bits / rate_bps.
struct LinearLatency {
  double fixed_s = 0;
  double bits = 0;
};

// The line that an estimate made under `conditions` lies on; bits is 0 when it sends nothing.
LinearLatency linear_latency(const Estimate& estimate, const Conditions& conditions);

// Whether an estimate sends anything.
bool sends(const Estimate& estimate);

// The planes that an estimate made under `conditions` lies on, over x = 1 / rate and w. That of the
// objective is unset when it needs an energy that is unknown, or has goals (it is no plane then).
CostPlane latency_plane(const Estimate& estimate, const Conditions& conditions);
std::optional<CostPlane> objective_plane(const Objective& objective, const Estimate& estimate,
                                         const Conditions& conditions);

}  // namespace splitbench
