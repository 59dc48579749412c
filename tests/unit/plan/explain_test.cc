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

}  // namespace
}  // namespace splitbench
