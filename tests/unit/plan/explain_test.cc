// Where an objective has energy in it, turnings and elasticities follow it.
#include "plan/explain.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/rng.h"
#include "plan/planner.h"
#include "unit/plan/plan_fixture.h"

namespace splitbench {
namespace {

PlanRequest random_request(Rng& rng) {
  PlanRequest request = make_request();
  for (Cell& cell : request.cells) cell.payload_bytes.mean *= 0.2 + 2 * rng.uniform();
  request.link.rate_bps = std::exp(std::log(1e5) + rng.uniform() * std::log(1e2));
  request.link.downlink_bps = request.link.rate_bps;
  request.link.downlink_follows = true;
  request.server_load = 0.6 * rng.uniform();
  request.device_scale = 0.2 + rng.uniform();
  request.power.compute_w = 1 + 5 * rng.uniform();
  request.power.idle_w = 2 * rng.uniform();
  request.power.radio_w = request.power.receive_w = 3 * rng.uniform();
  request.power.tail_j = 0.1;
  request.objective.name = "weighted";
  request.objective.latency_weight = rng.uniform();
  request.objective.energy_weight = rng.uniform();
  return request;
}

// The request with an input at another value.
PlanRequest with(PlanRequest request, const std::string& input, double value) {
  if (input == "rate_bps") request.link.rate_bps = request.link.downlink_bps = value;
  if (input == "rtt_s") request.link.rtt_s = value;
  if (input == "server_load") request.server_load = value;
  if (input == "device_times") request.device_scale *= value;
  if (input == "server_times") request.server_scale *= value;
  // Codec times are the cell's, on either side.
  return request;
}

TEST(Explain, TurningsOfEnergyAreWhereAnotherPlanWins) {
  Rng rng(21);
  int checked = 0;
  for (int i = 0; i < 300; ++i) {
    PlanRequest request = random_request(rng);
    if (i % 3 == 0) request.constraints.max_energy_j = 3 * rng.uniform();
    const Plan plan = make_plan(request);
    if (!plan.chosen) continue;
    for (const Turning& turning : plan.explanation->turnings) {
      const double step = turning.at > turning.now ? 1e-6 : -1e-6;
      const Plan before = make_plan(with(request, turning.input, turning.at * (1 - step)));
      const Plan beyond = make_plan(with(request, turning.input, turning.at * (1 + step)));
      ASSERT_TRUE(before.chosen && beyond.chosen);
      EXPECT_TRUE(same_choice(*before.chosen, *plan.chosen)) << i << " " << turning.input;
      EXPECT_EQ(beyond.chosen->split + beyond.chosen->codec, turning.split + turning.codec)
          << i << " " << turning.input;
      ++checked;
    }
  }
  EXPECT_GT(checked, 300);
}

TEST(Explain, ElasticitiesOfEnergyAreDifferences) {
  Rng rng(22);
  int checked = 0;
  for (int i = 0; i < 100; ++i) {
    PlanRequest request = random_request(rng);
    const Plan plan = make_plan(request);
    const double value = *objective_value(plan.objective, *plan.chosen->estimate);
    for (const Sensitivity& sensitivity : plan.explanation->sensitivities) {
      if (sensitivity.input != "rate_bps" && sensitivity.input != "rtt_s") continue;
      constexpr double kStep = 1e-6;
      const Plan moved =
          make_plan(with(request, sensitivity.input, sensitivity.value * (1 + kStep)));
      if (!same_choice(*moved.chosen, *plan.chosen)) continue;
      const double change = *objective_value(plan.objective, *moved.chosen->estimate) / value - 1;
      EXPECT_NEAR(change / kStep, sensitivity.elasticity, 1e-4) << sensitivity.input;
      ++checked;
    }
  }
  EXPECT_GT(checked, 50);
}

// The request with a measured input of the choice larger by a factor.
PlanRequest with_more(PlanRequest request, const Candidate& choice, const std::string& input,
                      double factor) {
  if (input == "rate_bps") {
    request.link.rate_bps *= factor;
    if (request.link.downlink_follows) request.link.downlink_bps *= factor;
    if (request.trace) {
      std::vector<TraceStep> steps = request.trace->steps();
      for (TraceStep& step : steps) step.value *= factor;
      request.trace = std::make_shared<StepTrace>(std::move(steps), request.trace->duration_s());
    }
  }
  if (input == "rtt_s") request.link.rtt_s *= factor;
  for (Cell& cell : request.cells) {
    if (cell.key.split != choice.split || cell.key.codec != choice.codec) continue;
    if (input == "payload_bytes") cell.payload_bytes.mean *= factor;
    if (input == "encode_s") cell.encode.median *= factor;
    if (input == "decode_s") cell.decode.median *= factor;
  }
  for (SplitProfile& split : request.device.splits) {
    if (input == "device_s" && split.split.id == choice.split) split.head.latency.median *= factor;
  }
  if (input == "device_s" && choice.split == "device-only") {
    request.device.end_to_end.latency.median *= factor;
  }
  for (SplitProfile& split : request.server.splits) {
    if (input == "server_s" && split.split.id == choice.split) split.tail.latency.median *= factor;
  }
  return request;
}

double value_of(const PlanRequest& request, const Candidate& choice) {
  const Plan plan = make_plan(request);
  for (const Candidate& candidate : plan.candidates) {
    if (same_choice(candidate, choice)) {
      return *objective_value(plan.objective, *candidate.estimate);
    }
  }
  ADD_FAILURE() << "the choice is gone";
  return 0;
}

// Every input that the explanation could name, against planning again.
void check_elasticities(const PlanRequest& request, double step, double tolerance) {
  const Plan plan = make_plan(request);
  const double value = *objective_value(plan.objective, *plan.chosen->estimate);
  for (const char* input :
       {"rate_bps", "rtt_s", "payload_bytes", "device_s", "encode_s", "server_s", "decode_s"}) {
    double told = 0;
    for (const Sensitivity& sensitivity : plan.explanation->sensitivities) {
      if (sensitivity.input == input) told = sensitivity.elasticity;
    }
    const double more = value_of(with_more(request, *plan.chosen, input, 1 + step), *plan.chosen);
    const double less = value_of(with_more(request, *plan.chosen, input, 1 - step), *plan.chosen);
    EXPECT_NEAR((more - less) / value / (2 * step), told, tolerance) << input;
  }
}

TEST(Explain, EveryElasticityIsADifference) {
  Rng rng(23);
  for (int i = 0; i < 60; ++i) {
    PlanRequest request = random_request(rng);
    request.power.radio_w_per_bps = 4e-7;
    if (i % 2 == 0) {
      request.link.downlink_follows = false;
      request.link.downlink_bps *= 3;
    }
    if (i % 3 == 0) request.objective.latency_weight = 0;
    check_elasticities(request, 1e-5, 1e-6);
  }
}

// A rate that varies: the mean rate says nothing of what a change of all rates does.
TEST(Explain, ElasticitiesOverATraceAreDifferencesToo) {
  for (const bool follows : {false, true}) {
    PlanRequest request = make_request();
    request.power.compute_w = 4;
    request.power.idle_w = 1;
    request.power.radio_w = request.power.receive_w = 2;
    request.objective.energy_weight = 0.5;
    request.trace = std::make_shared<StepTrace>(
        std::vector<TraceStep>{{0, 2e6}, {5, 3e4}, {7, 8e6}, {9, 1e3}}, 10);
    request.link.rate_bps = request.trace->mean();
    request.link.downlink_follows = follows;
    if (follows) request.link.downlink_bps = request.link.rate_bps;
    const Plan plan = make_plan(request);
    ASSERT_GT(plan.chosen->estimate->payload_bytes, 0);
    check_elasticities(request, 0.04, 0.02);  // of 0.25 s on the device: the next start
    for (const Turning& turning : plan.explanation->turnings) {
      EXPECT_NE(turning.input, "rate_bps");
    }
  }
}

}  // namespace
}  // namespace splitbench
