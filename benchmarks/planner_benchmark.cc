// A plan from 10,000 cells, with and without its policy, against what one would write instead.
//
// Instead of a plan: one pass over the cells for the lowest latency, without a word on why the
// others lost. Instead of a policy, whose regions are exact: a plan for each of 100 rates.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/rng.h"
#include "plan/planner.h"
#include "plan/simulate.h"
#include "unit/plan/plan_fixture.h"

namespace splitbench {
namespace {

constexpr int kSplits = 100;
constexpr int kCodecs = 100;
constexpr int kRates = 100;
constexpr double kSlowestBps = 1e4, kFastestBps = 1e9;

// Deeper splits take longer on the device, smaller payloads cost accuracy.
PlanRequest large_request(bool policy) {
  Rng rng(1);
  PlanRequest request = make_request();
  request.policy = policy;
  request.constraints.max_accuracy_loss = 0.05;
  request.cells.clear();
  request.device.splits = {make_split("device-only", SplitKind::kDeviceOnly, 1, 0)};
  request.server.splits = {make_split("device-only", SplitKind::kDeviceOnly, 0.1, 0)};
  for (int i = 0; i < kSplits; ++i) {
    const std::string split = "layer" + std::to_string(i);
    const double depth = static_cast<double>(i) / kSplits;
    request.device.splits.push_back(make_split(split, SplitKind::kInner, depth, 1 - depth));
    request.server.splits.push_back(
        make_split(split, SplitKind::kInner, depth / 10, (1 - depth) / 10));
    for (int j = 0; j < kCodecs; ++j) {
      const double payload = (1.1 - depth) * 1e6 / (1 + j) * (0.5 + rng.uniform());
      request.cells.push_back(make_cell(split, "quant:level=" + std::to_string(j), payload,
                                        0.001 * j, 0.01 * rng.uniform(), 0.01 * rng.uniform()));
    }
  }
  return request;
}

void plan_ours(benchmark::State& state, bool policy) {
  const PlanRequest request = large_request(policy);
  std::size_t regions = 0;
  for (auto _ : state) {
    const Plan plan = make_plan(request);
    regions = plan.policy.size();
    benchmark::DoNotOptimize(plan.chosen->estimate->latency_s);
  }
  if (policy) state.counters["regions"] = static_cast<double>(regions);
}
BENCHMARK_CAPTURE(plan_ours, without_policy, false)->Unit(benchmark::kMillisecond);

// The cost model (plan/cost_model.h) on one cell, for a request without load and scales.
double latency_s(const Cell& cell, const SplitProfile& device, const SplitProfile& server,
                 const Link& link) {
  return device.head.latency.median + cell.encode.median + link.rtt_s +
         8 * (cell.payload_bytes.mean + link.overhead_bytes) / link.rate_bps +
         server.tail.latency.median + cell.decode.median;
}

void plan_one_pass(benchmark::State& state) {
  const PlanRequest request = large_request(false);
  for (auto _ : state) {
    std::map<std::string, std::size_t> index;
    for (std::size_t i = 0; i < request.device.splits.size(); ++i) {
      index[request.device.splits[i].split.id] = i;
    }
    double best = request.device.end_to_end.latency.median;
    for (const Cell& cell : request.cells) {
      if (cell.accuracy.loss->loss > *request.constraints.max_accuracy_loss) continue;
      const std::size_t split = index.at(cell.key.split);
      best = std::min(best, latency_s(cell, request.device.splits[split],
                                      request.server.splits[split], request.link));
    }
    benchmark::DoNotOptimize(best);
  }
}
BENCHMARK(plan_one_pass)->Unit(benchmark::kMillisecond);

BENCHMARK_CAPTURE(plan_ours, with_policy, true)->Unit(benchmark::kMillisecond);

void plan_for_each_rate(benchmark::State& state) {
  PlanRequest request = large_request(false);
  for (auto _ : state) {
    for (int i = 0; i < kRates; ++i) {
      request.link.rate_bps =
          kSlowestBps * std::pow(kFastestBps / kSlowestBps, static_cast<double>(i) / (kRates - 1));
      benchmark::DoNotOptimize(make_plan(request).chosen->estimate->latency_s);
    }
  }
}
BENCHMARK(plan_for_each_rate)->Unit(benchmark::kMillisecond);

// Ours is one look-up in the table that a device carries; instead one would plan again.
void look_up(benchmark::State& state) {
  const PolicyTable table = *make_plan(large_request(true)).table;
  double rate = kSlowestBps;
  for (auto _ : state) {
    benchmark::DoNotOptimize(choose_entry(table, rate, 0.5));
    rate = rate > kFastestBps ? kSlowestBps : rate * 1.01;
  }
  state.SetItemsProcessed(state.iterations());
  state.counters["entries"] = static_cast<double>(table.entries.size());
  state.counters["bytes"] = static_cast<double>(policy_bytes(table).size());
}
BENCHMARK(look_up);

// Requests a second over a trace of 1000 steps, for each of six strategies at once.
void replay(benchmark::State& state) {
  SimulationRequest request;
  request.plans = {make_plan(large_request(true))};
  request.plan_files = {"plan.json"};
  std::vector<TraceStep> steps;
  Rng rng(2);
  for (int i = 0; i < 1000; ++i) steps.push_back({1.0 * i, 1e6 * (1 + 20 * rng.uniform())});
  request.rate_bps = std::make_shared<StepTrace>(std::move(steps), 1000);
  for (auto _ : state) {
    benchmark::DoNotOptimize(simulate(request).strategies.front().latency_s.mean);
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(request.requests));
}
BENCHMARK(replay)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace splitbench

BENCHMARK_MAIN();
