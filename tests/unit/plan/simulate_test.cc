#include "plan/simulate.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/error.h"
#include "base/rng.h"
#include "plan/forecast.h"
#include "plan/objective.h"
#include "plan/planner.h"
#include "plan/replay.h"
#include "unit/plan/plan_fixture.h"

namespace splitbench {
namespace {

using Steps = std::vector<TraceStep>;

std::shared_ptr<const StepTrace> trace(Steps steps, double end_s) {
  return std::make_shared<StepTrace>(std::move(steps), end_s);
}

SimulationRequest request_for(const PlanRequest& plan) {
  SimulationRequest request;
  PlanRequest with_policy = plan;
  with_policy.policy = true;
  request.plans = {make_plan(with_policy)};
  request.plan_files = {"p.json"};
  request.rate_bps = trace({{0, 1e6}}, 10);
  request.rate_file = "t.txt";
  request.requests = 2000;
  return request;
}

const StrategyOutcome& outcome(const Simulation& simulation, StrategyKind kind) {
  for (const StrategyOutcome& strategy : simulation.strategies) {
    if (strategy.kind == kind) return strategy;
  }
  throw std::runtime_error("no such strategy");
}

// A link that never changes costs what the plan says, whoever chooses.
TEST(Simulate, AConstantTraceIsThePlan) {
  PlanRequest plan = make_request();
  set_energy(plan.device, 4);
  plan.power.idle_w = 2;
  plan.power.radio_w = plan.power.receive_w = 1;
  plan.server_load = 0.5;
  const SimulationRequest request = request_for(plan);
  const Simulation simulation = simulate(request);
  const Estimate& estimate = *request.plans[0].chosen->estimate;
  ASSERT_EQ(simulation.strategies.size(), 6u);
  for (const StrategyOutcome& strategy : simulation.strategies) {
    EXPECT_NEAR(strategy.latency_s.mean, estimate.latency_s, 1e-12);
    EXPECT_NEAR(strategy.latency_s.max, estimate.latency_s, 1e-12);
    EXPECT_NEAR(*strategy.energy_j, *estimate.energy_j, 1e-12);
    EXPECT_NEAR(strategy.worst_regret_s, 0, 1e-12);
    EXPECT_EQ(strategy.switches, 0u);
    EXPECT_FALSE(strategy.deadline_misses);
  }
}

// A plan over a trace and its replay ask the same starts, so they agree.
TEST(Simulate, AStaticPlanTakesWhatThePlanOverItsTraceSays) {
  for (const bool follows : {false, true}) {
    PlanRequest plan = make_request();
    set_energy(plan.device, 4);
    plan.power.idle_w = 2;
    plan.power.radio_w = 1;
    plan.power.receive_w = 3;
    plan.trace = trace({{0, 2e6}, {5, 3e4}, {7, 8e6}, {9, 1e3}}, 10);
    plan.link.rate_bps = plan.trace->mean();
    plan.link.downlink_follows = follows;
    if (follows) plan.link.downlink_bps = plan.link.rate_bps;
    SimulationRequest request = request_for(plan);
    request.rate_bps = plan.trace;
    request.requests = 1000;
    const Plan& made = request.plans[0];
    const Estimate& estimate = *made.chosen->estimate;
    ASSERT_GT(estimate.payload_bytes, 0);
    const StrategyOutcome fixed = outcome(simulate(request), StrategyKind::kStatic);
    EXPECT_NEAR(fixed.latency_s.mean, estimate.latency_s, 1e-9);
    EXPECT_NEAR(*fixed.energy_j, *estimate.energy_j, 1e-9);
    EXPECT_NEAR(made.trace->mean_s, estimate.latency_s, 1e-9);
    EXPECT_NEAR(fixed.mean_regret_s, made.trace->mean_regret_s, 1e-9);
  }
}

// A trace of one pattern, of which every start of a plan meets the beginning: the plan's estimate
// is then the replay of one request at the beginning of the pattern, way down included.
TEST(Simulate, ARequestAtTheTracesBeginningTakesWhatThePlanSays) {
  Steps pattern;
  Steps turned;  // by half of it: a plan's starts are at 0.5, 1.5, ...
  for (int k = 0; k < 1000; ++k) {
    pattern.insert(pattern.end(), {{k + 0.0, 2e5}, {k + 0.4, 0}, {k + 0.7, 3e4}});
    turned.insert(turned.end(), {{k + 0.0, 0}, {k + 0.2, 3e4}, {k + 0.5, 2e5}, {k + 0.9, 0}});
  }
  const auto beginning = trace(pattern, 1000);
  PlanRequest request = make_request();
  request.trace = trace(turned, 1000);
  request.link.rate_bps = request.link.downlink_bps = request.trace->mean();
  request.link.downlink_follows = true;
  const Plan plan = make_plan(request);
  const Conditions conditions = conditions_of(plan);
  for (const Candidate& candidate : plan.candidates) {
    const Estimate& e = *candidate.estimate;
    const Replay replay(e, conditions);
    ExchangeHints hints;
    EXPECT_NEAR(replay.latency_s(replay.times(*beginning, 0, hints), 0), e.latency_s,
                1e-6 * e.latency_s)
        << candidate_name(candidate);
    if (e.payload_bytes > 0) {
      const double after_s = e.device_s + e.encode_s;
      const double up_s = beginning->time_to_add_up(after_s, 8 * (e.payload_bytes + 10));
      EXPECT_NEAR(e.uplink_s, 0.01 + up_s, 1e-6);
      EXPECT_NEAR(e.downlink_s, 0.01 + beginning->time_to_add_up(after_s + up_s, 8 * 50), 1e-6);
    }
  }
}

// Plans replayed together share what a candidate takes, so they have to agree on it.
TEST(Simulate, PlansOfOtherProfilesScalesOrPowersAreRefused) {
  const auto together = [](const PlanRequest& other) {
    SimulationRequest request = request_for(make_request());
    request.plans.push_back(make_plan(other));
    request.plan_files.push_back("other.json");
    return simulate(request);
  };
  PlanRequest other = make_request();
  other.server_load = 0.3;
  other.link.rate_bps = 3e5;
  EXPECT_NO_THROW(together(other));
  PlanRequest scaled = other;
  scaled.device_scale = 2;
  EXPECT_THROW(together(scaled), Error);
  PlanRequest power = other;
  power.power.idle_w = 2;
  EXPECT_THROW(together(power), Error);
  PlanRequest profile = other;
  profile.device.splits[1].head.latency.median = 0.3;
  EXPECT_THROW(together(profile), Error);
  PlanRequest result = other;
  result.device.output = {DType::kF32, {1, 1000}};
  EXPECT_THROW(together(result), Error);
}

// Two cells of one name in one plan, of other images: each is replayed as it is.
TEST(Simulate, CellsOfOtherImagesAreReplayedAsTheyAre) {
  PlanRequest plan = make_request();
  plan.cells.insert(plan.cells.begin(), plan.cells[2]);
  plan.cells[0].key.seed = 7;
  plan.cells[0].payload_bytes.mean *= 10;
  const SimulationRequest request = request_for(plan);
  const StrategyOutcome fixed = outcome(simulate(request), StrategyKind::kStatic);
  EXPECT_NEAR(fixed.latency_s.mean, request.plans[0].chosen->estimate->latency_s, 1e-12);
}

// An empty message of a network that takes time is still sent.
TEST(Simulate, NoBytesAreSentAllTheSame) {
  PlanRequest plan = make_request();
  plan.link.overhead_bytes = 0;
  for (Cell& cell : plan.cells) cell.payload_bytes.mean = 0;
  const SimulationRequest request = request_for(plan);
  const StrategyOutcome fixed = outcome(simulate(request), StrategyKind::kStatic);
  EXPECT_NEAR(fixed.latency_s.mean, request.plans[0].chosen->estimate->latency_s, 1e-12);
}

// Against adding up every candidate for every request.
TEST(Simulate, TheOracleIsTheBestOfAllCandidatesOnRandomTraces) {
  Rng rng(3);
  for (int i = 0; i < 30; ++i) {
    PlanRequest plan = make_request();
    plan.link.downlink_follows = rng.below(2) == 0;
    if (plan.link.downlink_follows) plan.link.downlink_bps = plan.link.rate_bps;
    SimulationRequest request = request_for(plan);
    Steps steps;
    Steps loads;
    for (int k = 0; k < 20; ++k) {
      steps.push_back({0.5 * k, 1e6 * rng.uniform() * static_cast<double>(rng.below(4))});
      loads.push_back({0.7 * k, 0.9 * rng.uniform()});
    }
    steps[0].value += 1e5;
    request.rate_bps = trace(steps, 10);
    request.load = trace(loads, 14);
    request.requests = 200;
    const Simulation simulation = simulate(request);
    double sum = 0;
    for (int r = 0; r < 200; ++r) {
      const double start = (r + 0.5) / 200 * 10;
      const double slow = 1 / (1 - request.load->at(start));
      double best = INFINITY;
      for (const Candidate& c : request.plans[0].candidates) {
        const Estimate& e = *c.estimate;
        const double sent_s = start + e.device_s + e.encode_s;
        double own = e.device_s + e.encode_s;
        if (e.payload_bytes > 0) {
          const double up = request.rate_bps->time_to_add_up(sent_s, 8 * (e.payload_bytes + 10));
          const double down = plan.link.downlink_follows
                                  ? request.rate_bps->time_to_add_up(sent_s + up, 8 * 50)
                                  : 8 * 50 / 2e6;
          own += 0.02 + up + (e.server_s + e.decode_s) * slow + down;
        }
        best = std::min(best, own);
      }
      sum += best / 200;
    }
    EXPECT_NEAR(outcome(simulation, StrategyKind::kOracle).latency_s.mean, sum, 1e-9) << i;
    for (const StrategyOutcome& strategy : simulation.strategies) {
      EXPECT_GE(strategy.mean_regret_s, 0);
      EXPECT_NEAR(strategy.latency_s.mean - strategy.mean_regret_s, sum, 1e-9);
    }
    EXPECT_LE(outcome(simulation, StrategyKind::kBestStatic).latency_s.mean,
              outcome(simulation, StrategyKind::kStatic).latency_s.mean + 1e-12);
  }
}

TEST(Simulate, InstantChangesWithTheLinkAndSteadyLess) {
  SimulationRequest request = request_for(make_request());
  Steps steps;
  for (int k = 0; k < 100; ++k) steps.push_back({10.0 * k, k % 2 == 0 ? 1e5 : 3e7});
  request.rate_bps = trace(steps, 1000);
  request.deadline_s = 0.5;
  const Simulation simulation = simulate(request);
  const StrategyOutcome& instant = outcome(simulation, StrategyKind::kInstant);
  EXPECT_EQ(instant.switches, 99u);
  EXPECT_EQ(instant.choices.size(), 2u);
  EXPECT_LE(outcome(simulation, StrategyKind::kSteady).switches, instant.switches);
  EXPECT_GT(*instant.deadline_misses, 0u);
  for (const StrategyKind kind : {StrategyKind::kInstant, StrategyKind::kDynamic}) {
    const double mean_s = outcome(simulation, kind).latency_s.mean;
    EXPECT_LT(mean_s, outcome(simulation, StrategyKind::kStatic).latency_s.mean);
    EXPECT_LT(mean_s, outcome(simulation, StrategyKind::kBestStatic).latency_s.mean);
  }
}

// Moments of no rate that are over before a transfer is: the rate of the moment misleads.
TEST(Simulate, DynamicDoesNotFallForShortFades) {
  SimulationRequest request = request_for(make_request());
  Steps steps;
  for (int k = 0; k < 1000; ++k) steps.push_back({0.1 * k, k % 5 == 0 ? 1e3 : 4e6});
  request.rate_bps = trace(steps, 100);
  const Simulation simulation = simulate(request);
  EXPECT_GT(outcome(simulation, StrategyKind::kInstant).latency_s.mean,
            outcome(simulation, StrategyKind::kBestStatic).latency_s.mean + 0.05);
  EXPECT_LT(outcome(simulation, StrategyKind::kDynamic).latency_s.mean,
            outcome(simulation, StrategyKind::kBestStatic).latency_s.mean + 0.01);
}

// Kinds of links of which it is known whether the rate of the moment says something of the next.
StepTrace link_of(const std::string& kind, std::uint64_t seed) {
  Rng rng(seed);
  Steps steps;
  double level = 0;
  bool good = true;
  for (int k = 0; k < 4000; ++k) {
    const double noise = 2 * rng.uniform() - 1;
    double mbit = 1;
    if (kind == "noise") mbit = std::exp(2.5 * noise);          // nothing
    if (kind == "fades") mbit = k % 9 == 0 ? 0.01 : 6 + noise;  // the contrary
    if (kind == "walk") mbit = std::exp(level += 0.3 * noise - 0.02 * level);
    if (kind == "two states") {  // much
      if (rng.uniform() < 0.02) good = !good;
      mbit = good ? 30 : 0.05;
    }
    steps.push_back({0.1 * k, 1e6 * mbit});
  }
  return StepTrace(std::move(steps), 400);
}

// Planned over one day's link and replayed over another's.
TEST(Simulate, DynamicIsNotSlowerThanTheBestStaticPlan) {
  for (const char* kind : {"constant", "noise", "fades", "walk", "two states"}) {
    for (std::uint64_t seed = 1; seed <= 3; ++seed) {
      PlanRequest plan = make_request();
      plan.trace = std::make_shared<StepTrace>(link_of(kind, 100 + seed));
      plan.link.rate_bps = plan.trace->mean();
      SimulationRequest request = request_for(plan);
      request.rate_bps = std::make_shared<StepTrace>(link_of(kind, seed));
      request.requests = 20000;
      const Simulation simulation = simulate(request);
      const double best_s = outcome(simulation, StrategyKind::kBestStatic).latency_s.mean;
      EXPECT_LE(outcome(simulation, StrategyKind::kDynamic).latency_s.mean, best_s + 1e-9)
          << kind << " " << seed;
    }
  }
}

TEST(Simulate, DynamicKnowsThePastAlone) {
  PlanRequest plan = make_request();
  plan.trace = std::make_shared<StepTrace>(link_of("walk", 9));
  const auto choices_until_half = [&](bool other_future) {
    Steps steps = link_of("walk", 1).steps();
    const Steps other = link_of("noise", 2).steps();
    if (other_future) std::copy(other.begin() + 2100, other.end(), steps.begin() + 2100);
    const StepTrace rate(steps, 400);
    const PolicyTable table = *[&] {
      PlanRequest asked = plan;
      asked.policy = true;
      return make_plan(asked).table;
    }();
    std::vector<EntryTransfer> transfers;
    for (const PolicyEntry& entry : table.entries)
      transfers.push_back({0.1, entry.latency_s.per_x});
    Forecast forecast(rate, table, transfers, 0);
    std::vector<std::size_t> choices;
    for (double t = 0; t < 200; t += 0.01) choices.push_back(forecast.choose(t, rate.at(t), 0));
    return choices;
  };
  EXPECT_EQ(choices_until_half(false), choices_until_half(true));
}

TEST(Simulate, PlansThatDoNotGoTogetherAreRefused) {
  const auto refused = [](auto change) {
    SimulationRequest request = request_for(make_request());
    request.plans.push_back(request.plans[0]);
    request.plan_files.push_back("other.json");
    change(request);
    EXPECT_THROW(simulate(request), Error);
  };
  refused([](SimulationRequest& r) { r.plans[1].model_sha256 = "b"; });
  refused([](SimulationRequest& r) { r.plans[1].link.rtt_s = 1; });
  refused([](SimulationRequest& r) { r.plans[1].batch = 2; });
  refused([](SimulationRequest& r) { r.requests = 0; });
  refused([](SimulationRequest& r) { r.rate_bps = trace({{0, 1e-300}}, 1); });
  refused([](SimulationRequest& r) { r.plans[0].server_load = r.plans[1].server_load = 1; });
  refused([](SimulationRequest& r) {
    r.plans[0].candidates.clear();
    r.plans[0].table.reset();
    r.plans[1] = r.plans[0];
  });
  refused([](SimulationRequest& r) {
    r.plans[0].chosen.reset();
    for (Candidate& candidate : r.plans[0].candidates) candidate.estimate.reset();
  });
  refused([](SimulationRequest& r) { r.margin = 1; });
  refused([](SimulationRequest& r) { r.deadline_s = 0; });
  refused([](SimulationRequest& r) { r.load = trace({{0, 0.5}, {1, 1}}, 2); });
  refused([](SimulationRequest& r) { r.plans.clear(); });
  refused([](SimulationRequest& r) { r.plans[0].chosen = r.plans[1].chosen = std::nullopt; });
  refused([](SimulationRequest& r) { r.plans[1].table->entries[0].codec = "gone"; });
}

}  // namespace
}  // namespace splitbench
