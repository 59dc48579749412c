// Small profiles, cells and requests for tests of the planner.
#pragma once

#include <string>
#include <vector>

#include "core/plan.h"

namespace splitbench {

inline SplitProfile make_split(const std::string& id, SplitKind kind, double head_s,
                               double tail_s) {
  SplitProfile split;
  split.split.id = id;
  split.split.kind = kind;
  split.head.latency.median = head_s;
  split.tail.latency.median = tail_s;
  return split;
}

inline Cell make_cell(const std::string& split, const std::string& codec, double payload_bytes,
                      double loss, double encode_s = 0, double decode_s = 0) {
  Cell cell;
  cell.key.model = "aaaaaaaaaaaaaaaa";
  cell.key.split = split;
  cell.key.codec = codec;
  cell.key.dataset = "test";
  cell.payload_bytes.mean = payload_bytes;
  cell.encode.median = encode_s;
  cell.decode.median = decode_s;
  cell.accuracy.loss = PairedLoss{loss, {loss - 0.001, loss + 0.001}};
  cell.accuracy.images = 1000;
  return cell;
}

// A profile of splits server-only, a, b and device-only; the output is 10 floats.
inline Profile make_profile(double end_to_end_s) {
  Profile profile;
  profile.model_name = "tiny";
  profile.model_sha256 = "aaaaaaaaaaaaaaaa";
  profile.input = {DType::kF32, {1, 3, 8, 8}};
  profile.output = {DType::kF32, {1, 10}};
  profile.end_to_end.latency.median = end_to_end_s;
  profile.splits = {make_split("server-only", SplitKind::kServerOnly, 0, end_to_end_s),
                    make_split("a", SplitKind::kInner, end_to_end_s / 4, end_to_end_s * 3 / 4),
                    make_split("b", SplitKind::kInner, end_to_end_s / 2, end_to_end_s / 2),
                    make_split("device-only", SplitKind::kDeviceOnly, end_to_end_s, 0)};
  return profile;
}

// A slow device, a fast server, 1 Mbit/s. Latencies: device-only 1 s; see the tests for the rest.
inline PlanRequest make_request() {
  PlanRequest request;
  request.device = make_profile(1.0);
  request.server = make_profile(0.1);
  request.link = {"test", 1e6, 2e6, 0.02, 10, ""};
  request.cells = {make_cell("server-only", "raw:dtype=uint8", 100000, 0),
                   make_cell("a", "raw:dtype=fp32", 50000, 0, 0.001, 0.002),
                   make_cell("a", "quant:bits=4", 6000, 0.005, 0.004, 0.002),
                   make_cell("b", "raw:dtype=fp32", 20000, 0),
                   make_cell("b", "quant:bits=4", 2000, 0.02, 0.002, 0.001)};
  return request;
}

inline void set_energy(Profile& profile, double watts) {
  for (SplitProfile& split : profile.splits) {
    split.head.energy.joules = watts * split.head.latency.median;
  }
  profile.end_to_end.energy.joules = watts * profile.end_to_end.latency.median;
}

}  // namespace splitbench
