// A plan: which split, codec and settings are best for a link, and why (splitbench.plan).
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/cell.h"
#include "core/link.h"
#include "core/policy_table.h"
#include "core/power_model.h"
#include "core/profile.h"
#include "core/server_queue.h"
#include "core/step_trace.h"

namespace splitbench {

struct Constraints {
  std::optional<double> max_accuracy_loss;
  std::optional<double> max_latency_s;
  std::optional<double> max_energy_j;
  std::optional<double> max_payload_bytes;
  std::optional<double> max_device_memory_bytes;
  // Hold the upper end of the 95 % interval of the loss against max_accuracy_loss, not the loss
  // measured.
  bool certain_loss = false;
};

// What candidates are compared by; less is better in each.
enum class Quantity { kLatency, kEnergy, kBytes, kLoss, kMemory, kPeriod };

struct Goal {
  Quantity quantity = Quantity::kLatency;
  double tolerance = 0;  // of a lexicographic objective: may be given up, as a fraction of the best
};

// What a plan minimises.
struct Objective {
  enum class Form {
    kWeighted,       // the sum of latency (s), device energy (J) and payload (bytes), weighted
    kLexicographic,  // goals in turn, each within its tolerance of the best that is left
    kKnee,           // the point of the goals' Pareto front closest to the ideal (plan/pareto.h)
  };
  std::string name = "latency";  // as the user wrote it
  double latency_weight = 1, energy_weight = 0, bytes_weight = 0;
  Form form = Form::kWeighted;
  std::vector<Goal> goals = {};  // of the other two forms; weights are 0 then
};

// The device's energy by what it is spent on, joules; unset parts are unknown, never 0.
struct EnergyParts {
  std::optional<double> compute, encode, radio, receive, tail, idle;
};

// One inference (one batch) as estimated; latency_s is the sum of the six stages.
struct Estimate {
  double latency_s = 0;
  double device_s = 0, encode_s = 0, uplink_s = 0, server_s = 0, decode_s = 0, downlink_s = 0;
  double queue_s = 0;  // of server_s and decode_s, what is waiting for others
  std::optional<Interval> latency_ci95;
  double period_s = 0;  // the longest stage: one inference ends each period_s when pipelined
  std::optional<double> energy_j;
  EnergyParts energy_parts;
  std::string energy_reason;  // why energy_j is unset
  std::optional<double> device_memory_bytes;
  double payload_bytes = 0;
  double accuracy_loss = 0;
  std::optional<Interval> accuracy_loss_ci95;
};

// Unset when the estimate does not know it.
std::optional<double> quantity_of(const Estimate& estimate, Quantity quantity);
// "latency", "energy", "bytes", "loss", "memory", "period".
const char* quantity_name(Quantity quantity);

// Whether the energy of a candidate has to be known to compare it.
bool needs_energy(const Objective& objective);

// The value to minimise; unset when energy counts and the estimate has none. Of the forms with
// goals it is the first goal's value: what is minimised first, and what ranks those that are not
// chosen.
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

// How a plan over a trace turns the times of many starts into one.
struct RobustStatistic {
  enum class Kind { kMean, kQuantile, kCantelli };
  Kind kind = Kind::kMean;
  double p = 0.95;  // of the other two
};

// What a plan over a trace found.
struct TraceOutcome {
  std::string file;
  std::string format;  // how the file was read, with all options
  double duration_s = 0, mean_bps = 0;
  std::size_t starts = 0;  // evenly over the trace
  RobustStatistic statistic;
  // Of the choice, over the starts; regret is against the best feasible candidate at each start.
  double mean_s = 0, p95_s = 0, worst_s = 0;
  double mean_regret_s = 0, worst_regret_s = 0;
};

// When another choice would win, if one measured input changed alone.
struct Turning {
  std::string input;  // "rate_bps", "rtt_s", "server_load", "device time", "server time", ...
  double now = 0;     // in the input's unit; 1 of inputs that are scaled
  double at = 0;      // beyond which the other wins
  std::string split, codec;
};

struct Sensitivity {
  std::string input;
  double value = 0;       // of the input, in its unit
  double elasticity = 0;  // relative change of the objective per relative change of the input
};

// Why a plan is what it is (plan/explain.h).
struct Explanation {
  std::string why;
  std::vector<Turning> turnings;
  std::vector<Sensitivity> sensitivities;  // most important first
  // Of an accuracy bound: the best candidate whose whole interval keeps it. Unset without a bound
  // or when no interval does.
  std::optional<Candidate> certain;
};

// How a plan's cells were looked for, and what looking at all of them would have found
// (plan/aglop.h).
struct SearchOutcome {
  std::size_t settings = 0, budget = 0, measured = 0;
  bool ended = false;                             // before the budget
  std::optional<double> value, exhaustive_value;  // of the objective; unset: nothing is feasible
  // Of a search that measured: cells measured now, the others were in the folder. It does not know
  // what all would have found.
  std::optional<std::size_t> measured_now = {};
};

struct ParetoPoint {
  std::size_t candidate = 0;
  bool knee = false;
};

struct Plan {
  Objective objective;
  Constraints constraints;
  Link link;
  double server_load = 0;
  ServerQueue queue;
  int batch = 1;
  PowerModel power;                           // with what link and profile add to the request's
  double device_scale = 1, server_scale = 1;  // 1: as measured; else modelled by scaling
  std::optional<double> result_bytes;  // of the answer to one input; unset in plans from before it
  // The device whose figures made a scaled profile (Profile::scaling); empty: it was measured.
  std::string device_figures, server_figures;
  std::string model_name, model_sha256;
  std::optional<Candidate> chosen;
  std::optional<Candidate> runner_up;
  // The constraint that keeps a better objective out of reach ("max_accuracy_loss"), or empty.
  std::string binding_constraint;
  std::string nearest_miss;  // infeasible plans: which candidate misses by how much
  std::optional<Candidate> device_only, server_only, raw_split;  // baselines
  std::vector<Candidate> candidates;
  std::vector<ParetoPoint> front;    // feasible ones in latency, bytes and loss; fastest first
  std::vector<PolicyRegion> policy;  // empty unless asked for; slowest rate first
  std::optional<PolicyTable> table;  // with the policy
  std::optional<TraceOutcome> trace;
  std::optional<Explanation> explanation;
  std::optional<SearchOutcome> search;
  std::vector<std::string> warnings;
};

// Which splits may be chosen.
enum class SplitScope {
  kAll,
  kNatural,       // the published natural bottlenecks, by elements (core/split.h), and the ends
  kNaturalBytes,  // the same by the bytes that codecs make of them (plan/bottlenecks.h)
};

struct PlanRequest {
  Profile device;
  Profile server;
  std::vector<Cell> cells;
  Link link;
  Objective objective;
  Constraints constraints;
  double server_load = 0;  // see core/server_queue.h
  ServerQueue queue;
  // Inputs in one message. A profile of so many is taken as it is; one of single inputs is taken
  // this many times over.
  int batch = 1;
  double device_scale = 1, server_scale = 1;  // multiply measured times of that side; > 0
  PowerModel power;                           // before what link and profile say (plan/energy.h)
  SplitScope scope = SplitScope::kAll;
  // Uplink rates in bit/s over time in place of the link's rate, which is then its mean.
  std::shared_ptr<const StepTrace> trace;
  std::string trace_file, trace_format;
  RobustStatistic statistic;
  bool policy = false;
};

}  // namespace splitbench
