// A plan: which split, codec and settings are best for a link, and why (splitbench.plan).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/cell.h"
#include "core/link.h"
#include "core/profile.h"

namespace splitbench {

struct Constraints {
  std::optional<double> max_accuracy_loss;
  std::optional<double> max_latency_s;
  std::optional<double> max_energy_j;
  std::optional<double> max_payload_bytes;
};

// What a plan minimises: a weighted sum of latency (s), device energy (J) and payload (bytes).
struct Objective {
  std::string name = "latency";  // as the user wrote it
  double latency_weight = 1, energy_weight = 0, bytes_weight = 0;
};

// One inference as estimated; latency_s is the sum of the six stages.
struct Estimate {
  double latency_s = 0;
  double device_s = 0, encode_s = 0, uplink_s = 0, server_s = 0, decode_s = 0, downlink_s = 0;
  std::optional<double> energy_j;
  std::string energy_reason;  // why energy_j is unset
  double payload_bytes = 0;
  double accuracy_loss = 0;
  std::optional<Interval> accuracy_loss_ci95;
};

// The value to minimise; unset when energy counts and the estimate has none.
std::optional<double> objective_value(const Objective& objective, const Estimate& estimate);

struct Candidate {
  std::string split;
  std::string codec;
  std::optional<Estimate>
      estimate;  // unset when it cannot be estimated (rejected_because says why)
  bool feasible = false;
  std::string rejected_because;  // infeasible, or estimable but not the best
};

// "layer2 with zstd:level=3", "device-only".
std::string candidate_name(const Candidate& candidate);
// The same split and codec, whatever the estimates.
bool same_choice(const Candidate& a, const Candidate& b);

// The best choice on one interval of link rates; server load as given.
struct PolicyRegion {
  double rate_low_bps = 0;              // inclusive; 0 for the slowest region
  std::optional<double> rate_high_bps;  // exclusive; unset for the fastest region
  // Unset when no candidate is feasible on the interval.
  std::optional<std::string> split;
  std::optional<std::string> codec;
};

struct Plan {
  Objective objective;
  Constraints constraints;
  Link link;
  double server_load = 0;
  double device_scale = 1, server_scale = 1;  // 1: as measured; else modelled by scaling
  std::string model_name, model_sha256;
  std::optional<Candidate> chosen;
  std::optional<Candidate> runner_up;
  // The constraint that keeps a better objective out of reach ("max_accuracy_loss"), or empty.
  std::string binding_constraint;
  std::string nearest_miss;  // infeasible plans: which candidate misses by how much
  std::optional<Candidate> device_only, server_only, raw_split;  // baselines
  std::vector<Candidate> candidates;
  std::vector<PolicyRegion> policy;  // empty unless asked for; slowest rate first
  std::vector<std::string> warnings;
};

struct PlanRequest {
  Profile device;
  Profile server;
  std::vector<Cell> cells;
  Link link;
  Objective objective;
  Constraints constraints;
  double server_load =
      0;  // utilisation in [0, 1): server stages take 1 / (1 - load) as long (M/M/1)
  double device_scale = 1, server_scale = 1;  // multiply measured times of that side; > 0
  bool policy = false;
};

}  // namespace splitbench
