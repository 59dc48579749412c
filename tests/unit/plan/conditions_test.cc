// The parts of the cost model beyond one inference on one link: batches, traces, queues, energy,
// intervals, and what they do to a plan.
#include <gtest/gtest.h>

#include <cmath>

#include "base/error.h"
#include "plan/cost_model.h"
#include "plan/objective.h"
#include "plan/planner.h"
#include "plan/robust.h"
#include "unit/plan/plan_fixture.h"

namespace splitbench {
namespace {

const Estimate& estimate_of(const Plan& plan, std::size_t i) {
  return *plan.candidates[i].estimate;
}

TEST(Conditions, QueuesStretchTheServersStages) {
  PlanRequest request = make_request();
  const Estimate idle = estimate_of(make_plan(request), 3);
  request.server_load = 0.5;
  const Estimate mm1 = estimate_of(make_plan(request), 3);
  EXPECT_DOUBLE_EQ(mm1.server_s, 2 * idle.server_s);
  EXPECT_DOUBLE_EQ(mm1.queue_s, idle.server_s + idle.decode_s);
  request.queue = parse_queue("md1");
  EXPECT_DOUBLE_EQ(estimate_of(make_plan(request), 3).server_s, 1.5 * idle.server_s);
  request.queue = parse_queue("multiplier");
  request.server_load = 3;
  EXPECT_DOUBLE_EQ(estimate_of(make_plan(request), 3).server_s, 4 * idle.server_s);
}

TEST(Conditions, BatchesOfSinglesAreTakenOneAfterAnother) {
  PlanRequest request = make_request();
  const Estimate one = estimate_of(make_plan(request), 3);
  request.batch = 4;
  const Plan plan = make_plan(request);
  const Estimate four = estimate_of(plan, 3);
  EXPECT_DOUBLE_EQ(four.device_s, 4 * one.device_s);
  EXPECT_DOUBLE_EQ(four.payload_bytes, 4 * one.payload_bytes);
  EXPECT_DOUBLE_EQ(four.uplink_s, 0.01 + 8 * (4 * 6000 + 10) / 1e6);
  EXPECT_EQ(plan.warnings.size(), 2u);
  // A profile of four is taken as it is.
  request.device.batch = request.server.batch = 4;
  const Estimate measured = estimate_of(make_plan(request), 3);
  EXPECT_DOUBLE_EQ(measured.device_s, one.device_s);
  EXPECT_DOUBLE_EQ(measured.encode_s, 4 * one.encode_s);
  request.batch = 2;
  EXPECT_THROW(make_plan(request), Error);
}

TEST(Conditions, ThePeriodIsTheLongestStage) {
  const Plan plan = make_plan(make_request());
  EXPECT_DOUBLE_EQ(estimate_of(plan, 0).period_s, 1);                 // device-only
  EXPECT_DOUBLE_EQ(estimate_of(plan, 1).period_s, 8 * 100010 / 1e6);  // the link
  EXPECT_DOUBLE_EQ(estimate_of(plan, 3).period_s, 0.25 + 0.004);      // the device
}

TEST(Conditions, IntervalsAddInSquares) {
  PlanRequest request = make_request();
  EXPECT_FALSE(estimate_of(make_plan(request), 3).latency_ci95);
  for (SplitProfile& split : request.device.splits) {
    const double median = split.head.latency.median;
    split.head.latency.ci95 = {median - 0.003, median + 0.03};
  }
  for (SplitProfile& split : request.server.splits) {
    const double median = split.tail.latency.median;
    split.tail.latency.ci95 = {median - 0.002, median + 0.02};
  }
  request.server_load = 0.5;
  const Estimate e = estimate_of(make_plan(request), 3);
  ASSERT_TRUE(e.latency_ci95);
  EXPECT_NEAR(e.latency_ci95->low, e.latency_s - 0.005, 1e-12);
  EXPECT_NEAR(e.latency_ci95->high, e.latency_s + 0.05, 1e-12);
}

TEST(Conditions, EnergyHasParts) {
  PlanRequest request = make_request();
  set_energy(request.device, 4);
  EXPECT_EQ(*estimate_of(make_plan(request), 3).energy_j, 1);  // the head alone
  EXPECT_FALSE(estimate_of(make_plan(request), 3).energy_parts.radio);
  EXPECT_EQ(*estimate_of(make_plan(request), 0).energy_parts.radio, 0);
  EXPECT_EQ(make_plan(request).warnings.size(), 1u);
  request.power = parse_power(
      "compute_w=4,idle_w=2,radio_w=1,radio_w_per_mbit=0.5,receive_w=0.25,tail_j=0.125");
  const Plan plan = make_plan(request);
  const Estimate e = estimate_of(plan, 3);
  const double sending_s = 8 * 6010 / 1e6;
  const double receiving_s = 8 * 50 / 2e6;
  EXPECT_DOUBLE_EQ(*e.energy_parts.encode, 4 * 0.004);
  EXPECT_NEAR(*e.energy_parts.radio, 1.5 * sending_s, 1e-12);
  EXPECT_NEAR(*e.energy_parts.receive, 0.25 * receiving_s, 1e-12);
  EXPECT_DOUBLE_EQ(*e.energy_parts.idle,
                   2 * (0.02 + sending_s + receiving_s + e.server_s + e.decode_s));
  EXPECT_DOUBLE_EQ(*e.energy_j, 1 + 0.016 + *e.energy_parts.radio + *e.energy_parts.receive +
                                    0.125 + *e.energy_parts.idle);
  EXPECT_TRUE(plan.warnings.empty());
  // Of a device that is modelled, power times time.
  request.device_scale = 3;
  EXPECT_DOUBLE_EQ(*estimate_of(make_plan(request), 3).energy_parts.compute, 3);
}

TEST(Conditions, TheLinksRadioCounts) {
  PlanRequest request = make_request();
  RadioPower radio;
  radio.alpha_w_per_mbps = 0.5;
  radio.beta_w = 1.25;
  radio.tail_j = 12;
  radio.source = "a paper";
  request.link.radio = radio;
  const double sending_s = 8 * 6010 / 1e6, receiving_s = 8 * 50 / 2e6;
  const auto parts = [&] { return estimate_of(make_plan(request), 3).energy_parts; };
  // alpha * 1 Mbit/s + beta while it sends; nobody says what receiving takes, so that is unknown.
  EXPECT_NEAR(*parts().radio, 1.75 * sending_s, 1e-12);
  EXPECT_FALSE(parts().receive);
  EXPECT_FALSE(parts().compute);  // and so is the sum
  EXPECT_FALSE(estimate_of(make_plan(request), 3).energy_j);
  request.link.radio->downlink_alpha_w_per_mbps = 0.125;
  EXPECT_NEAR(*parts().receive, (1.25 + 0.125 * 2) * receiving_s, 1e-12);
  EXPECT_EQ(*parts().tail, 0);  // none: known to be left out
  request.link.radio->tail = RadioTail::kFull;
  EXPECT_EQ(*parts().tail, 12);
  request.link.radio->tail = RadioTail::kAmortised;
  request.link.radio->tail_inferences = 100;
  EXPECT_DOUBLE_EQ(*parts().tail, 0.12);
  EXPECT_EQ(make_plan(request).power.sources.at("radio_w"), "the link's radio (a paper)");
  // What the user says goes before it, figure by figure.
  request.power = parse_power("radio_w=3,tail_j=1");
  EXPECT_NEAR(*parts().radio, 3 * sending_s, 1e-12);
  EXPECT_EQ(*parts().tail, 1);
  EXPECT_NEAR(*parts().receive, 1.5 * receiving_s, 1e-12);
  EXPECT_EQ(make_plan(request).power.sources.count("radio_w"), 0u);
}

TEST(Conditions, TheProfilesMeterTellsIdleAndCodecPower) {
  PlanRequest request = make_request();
  set_energy(request.device, 4);
  request.device.end_to_end.energy.mean_w = 4;
  request.device.power = PowerRecord();
  request.device.power->meter = "ina3221";
  request.device.power->idle_w = 1.5;
  const Plan plan = make_plan(request);
  const Estimate e = estimate_of(plan, 3);
  EXPECT_DOUBLE_EQ(*e.energy_parts.encode, 4 * 0.004);
  EXPECT_DOUBLE_EQ(*e.energy_parts.idle, 1.5 * (e.latency_s - e.device_s - e.encode_s));
  EXPECT_EQ(plan.power.sources.at("idle_w"), "the device profile (ina3221)");
  // Of a device that is modelled by scaling it says nothing.
  request.device_scale = 2;
  EXPECT_FALSE(estimate_of(make_plan(request), 3).energy_parts.idle);
}

TEST(Conditions, EnergyPlanesFollowRateAndLoad) {
  PlanRequest request = make_request();
  set_energy(request.device, 4);
  request.power = parse_power("compute_w=4,idle_w=2,radio_w=1,radio_w_per_mbit=0.5,receive_w=1");
  request.objective = parse_objective("energy");
  for (const bool follows : {false, true}) {
    request.link.downlink_follows = follows;
    if (follows) request.link.downlink_bps = request.link.rate_bps;
    const Plan plan = make_plan(request);
    PlanRequest other = request;
    other.link.rate_bps = 3e5;
    if (follows) other.link.downlink_bps = 3e5;
    other.server_load = 0.75;
    const Plan elsewhere = make_plan(other);
    for (std::size_t i = 0; i < plan.candidates.size(); ++i) {
      const auto plane =
          objective_plane(request.objective, estimate_of(plan, i), conditions_of(request));
      EXPECT_NEAR(plane->at(1 / 3e5, 3), *estimate_of(elsewhere, i).energy_j, 1e-12) << i;
    }
  }
}

TEST(Conditions, PowersThatAreNoneAreRefused) {
  for (const char* text : {"", "compute_w", "compute_w=x", "compute_w=-1", "idle_w=1,idle_w=1",
                           "radio_w_per_mbit=1", "watts=3"}) {
    EXPECT_THROW(parse_power(text), Error) << text;
  }
}

PlanRequest over_trace(const std::string& statistic) {
  PlanRequest request = make_request();
  // 2 Mbit/s for 9 of 10 s, then nearly nothing.
  request.trace = std::make_shared<StepTrace>(std::vector<TraceStep>{{0, 2e6}, {9, 1e3}}, 10);
  request.trace_file = "t.txt";
  request.link.rate_bps = request.trace->mean();
  request.statistic = parse_statistic(statistic);
  return request;
}

TEST(Conditions, OverATraceTheStatisticOfTheTransferCounts) {
  const Estimate mean = estimate_of(make_plan(over_trace("mean")), 3);
  double sum = 0;
  double worst = 0;
  const PlanRequest request = over_trace("mean");
  for (std::size_t k = 0; k < kTraceStarts; ++k) {
    const double start = (static_cast<double>(k) + 0.5) * 0.01 + 0.254;
    const double sent = request.trace->time_to_add_up(start, 8 * 6010);
    sum += sent / kTraceStarts;
    worst = std::max(worst, sent);
  }
  EXPECT_NEAR(mean.uplink_s, 0.01 + sum, 1e-12);
  EXPECT_NEAR(mean.latency_s,
              mean.device_s + mean.encode_s + mean.uplink_s + mean.server_s + mean.decode_s +
                  mean.downlink_s,
              1e-15);
  const Estimate cautious = estimate_of(make_plan(over_trace("quantile=0.95")), 3);
  const Estimate bound = estimate_of(make_plan(over_trace("cantelli=0.95")), 3);
  EXPECT_GT(cautious.uplink_s, 2 * mean.uplink_s);
  EXPECT_GT(bound.uplink_s, cautious.uplink_s);
  EXPECT_LE(cautious.uplink_s, 0.01 + worst);
}

// The way down adds up over the trace like the way up, and the statistic is that of both.
TEST(Conditions, ADownlinkThatFollowsIsInTheStatistic) {
  for (const char* statistic : {"mean", "quantile=0.95", "cantelli=0.95"}) {
    PlanRequest request = over_trace(statistic);
    request.link.downlink_follows = true;
    request.link.downlink_bps = request.link.rate_bps;
    const Plan plan = make_plan(request);
    std::vector<double> up;
    std::vector<double> both;
    const Estimate e = estimate_of(plan, 3);
    for (std::size_t k = 0; k < kTraceStarts; ++k) {
      const double start = (static_cast<double>(k) + 0.5) * 0.01 + 0.254;
      up.push_back(request.trace->time_to_add_up(start, 8 * 6010));
      both.push_back(up.back() + request.trace->time_to_add_up(start + up.back(), 8 * 50));
    }
    EXPECT_NEAR(e.uplink_s, 0.01 + robust_value(request.statistic, up), 1e-9) << statistic;
    EXPECT_NEAR(e.uplink_s + e.downlink_s, 0.02 + robust_value(request.statistic, both), 1e-9);
    EXPECT_GT(e.downlink_s, 0.01);
    if (request.statistic.kind == RobustStatistic::Kind::kQuantile) {
      EXPECT_NEAR(plan.trace->p95_s, plan.chosen->estimate->latency_s, 1e-9);
    }
    if (request.statistic.kind == RobustStatistic::Kind::kMean) {
      EXPECT_NEAR(plan.trace->mean_s, plan.chosen->estimate->latency_s, 1e-9);
    }
  }
}

TEST(Conditions, ATracesOutcomeHasItsRegret) {
  const Plan plan = make_plan(over_trace("mean"));
  ASSERT_TRUE(plan.trace);
  EXPECT_NEAR(plan.trace->mean_s, plan.chosen->estimate->latency_s, 1e-12);
  EXPECT_GT(plan.trace->mean_regret_s, 0);
  EXPECT_LE(plan.trace->mean_regret_s, plan.trace->worst_regret_s);
  EXPECT_LE(plan.trace->p95_s, plan.trace->worst_s);
  // A constant trace is a link, and nothing is to be regretted.
  PlanRequest constant = make_request();
  const Plan fixed = make_plan(constant);
  constant.trace = std::make_shared<StepTrace>(std::vector<TraceStep>{{0, 1e6}}, 1);
  const Plan over = make_plan(constant);
  EXPECT_NEAR(over.chosen->estimate->latency_s, fixed.chosen->estimate->latency_s, 1e-12);
  EXPECT_NEAR(over.trace->worst_regret_s, 0, 1e-12);
}

TEST(Conditions, TracesAndStatisticsThatAreNoneAreRefused) {
  for (const char* text : {"", "median", "quantile=0", "quantile=1", "cantelli=x", "mean=0.5"}) {
    EXPECT_THROW(parse_statistic(text), Error) << text;
  }
  PlanRequest request = over_trace("mean");
  request.trace = std::make_shared<StepTrace>(std::vector<TraceStep>{{0, 0}}, 1);
  EXPECT_THROW(make_plan(request), Error);
}

TEST(Conditions, TurningsAreWhereAnotherWins) {
  PlanRequest request = make_request();
  const Plan plan = make_plan(request);
  ASSERT_TRUE(plan.explanation);
  std::size_t checked = 0;
  for (const Turning& turning : plan.explanation->turnings) {
    for (const double beyond : {0.999, 1.001}) {
      PlanRequest other = request;
      const bool up = turning.at > turning.now;
      const double value = turning.at * (up ? beyond : 2 - beyond);
      if (turning.input == "rate_bps") other.link.rate_bps = value;
      if (turning.input == "rtt_s") other.link.rtt_s = value;
      if (turning.input == "server_load") other.server_load = value;
      if (turning.input == "device_times") other.device_scale = value;
      if (turning.input == "server_times") other.server_scale = value;
      const Plan changed = make_plan(other);
      if (beyond < 1) {
        EXPECT_TRUE(same_choice(*changed.chosen, *plan.chosen)) << turning.input;
      } else {
        EXPECT_EQ(changed.chosen->split, turning.split) << turning.input;
        EXPECT_EQ(changed.chosen->codec, turning.codec) << turning.input;
      }
      ++checked;
    }
  }
  EXPECT_GE(checked, 8u);
}

TEST(Conditions, ElasticitiesAreWhatASmallChangeDoes) {
  PlanRequest request = make_request();
  request.server_load = 0.5;
  const Plan plan = make_plan(request);
  const double before = plan.chosen->estimate->latency_s;
  for (const Sensitivity& s : plan.explanation->sensitivities) {
    PlanRequest other = request;
    constexpr double kStep = 1e-6;
    if (s.input == "rate_bps") other.link.rate_bps *= 1 + kStep;
    if (s.input == "rtt_s") other.link.rtt_s *= 1 + kStep;
    if (s.input == "payload_bytes") other.cells[2].payload_bytes.mean *= 1 + kStep;
    if (s.input == "encode_s") other.cells[2].encode.median *= 1 + kStep;
    if (s.input == "server_s") other.server.splits[1].tail.latency.median *= 1 + kStep;
    const double change = (make_plan(other).chosen->estimate->latency_s - before) / before / kStep;
    const bool is_changed = change != 0;
    EXPECT_TRUE(!is_changed || std::abs(change - s.elasticity) < 1e-4) << s.input << " " << change;
  }
  EXPECT_GE(plan.explanation->sensitivities.size(), 6u);
}

}  // namespace
}  // namespace splitbench
