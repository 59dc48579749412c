// What choices are worth over a trace of the link and of the server's load (splitbench.simulation).
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "core/server_queue.h"

namespace splitbench {

// Of the latencies of all requests, seconds.
struct LatencyDistribution {
  double mean = 0, p50 = 0, p95 = 0, p99 = 0, max = 0;
};

struct ChoiceShare {
  std::string split, codec;
  double share = 0;  // of the requests
};

enum class StrategyKind {
  kStatic,      // a plan's choice for every request
  kBestStatic,  // the one choice that was best in the mean, known afterwards
  kDynamic,     // a policy's entry for what transfers took before that started at such a rate
  kInstant,     // a policy's entry for the rate and load that the request starts in, as published
  kSteady,      // the same, changing only for what is better by a margin
  kOracle,      // the fastest choice for each request, which knows what the link will do
};
// "static", "best-static", "dynamic", "instant", "steady", "oracle".
const char* strategy_name(StrategyKind kind);

struct StrategyOutcome {
  StrategyKind kind = StrategyKind::kStatic;
  std::string plan;  // the file it comes from; empty for best-static and oracle
  LatencyDistribution latency_s;
  std::optional<double> energy_j;  // mean of the device; unset when any choice's is unknown
  std::optional<std::size_t> deadline_misses;    // unset without a deadline
  std::size_t switches = 0;                      // requests with another choice than the one before
  double mean_regret_s = 0, worst_regret_s = 0;  // against the oracle
  std::vector<ChoiceShare> choices;              // most frequent first
};

struct TraceSummary {
  std::string file;
  std::string format;  // of a rate's, how the file was read; empty of a load's
  double duration_s = 0, mean = 0, max = 0;
};

struct Simulation {
  std::string model_name, model_sha256;
  TraceSummary rate_bps;
  std::optional<TraceSummary> server_load;  // unset: the first plan's load all the time
  double fixed_load = 0;
  ServerQueue queue;
  std::size_t requests = 0;
  std::optional<double> deadline_s;
  double margin = 0;           // of the steady strategies
  std::size_t contenders = 0;  // candidates the oracle chooses among
  std::vector<StrategyOutcome> strategies;
  std::vector<std::string> warnings;
};

}  // namespace splitbench
