#include "plan/cost_model.h"

#include <gtest/gtest.h>

#include "unit/plan/plan_fixture.h"

namespace splitbench {
namespace {

TEST(CostModel, EveryStageByHand) {
  PlanRequest request = make_request();
  request.server_load = 0.75;
  request.device_scale = 2;
  request.server_scale = 3;
  const Cell cell = make_cell("a", "x", 1000, 0.01, 0.004, 0.002);
  const Estimate e = estimate_split(request.device.splits[1], request.server.splits[1], cell,
                                    conditions_of(request));
  EXPECT_DOUBLE_EQ(e.device_s, 0.25 * 2);
  EXPECT_DOUBLE_EQ(e.encode_s, 0.004 * 2);
  EXPECT_DOUBLE_EQ(e.uplink_s, 0.01 + 8 * (1000 + 10) / 1e6);
  EXPECT_DOUBLE_EQ(e.server_s, 0.075 * 3 * 4);
  EXPECT_DOUBLE_EQ(e.decode_s, 0.002 * 3 * 4);
  EXPECT_DOUBLE_EQ(e.downlink_s, 0.01 + 8 * (40 + 10) / 2e6);
  EXPECT_DOUBLE_EQ(e.latency_s,
                   e.device_s + e.encode_s + e.uplink_s + e.server_s + e.decode_s + e.downlink_s);
  EXPECT_DOUBLE_EQ(e.payload_bytes, 1000);
  EXPECT_DOUBLE_EQ(e.accuracy_loss, 0.01);
}

TEST(CostModel, DeviceOnlySendsNothing) {
  PlanRequest request = make_request();
  request.server_load = 0.9;
  request.device_scale = 2;
  const Estimate e = estimate_device_only(request.device.end_to_end, conditions_of(request));
  EXPECT_DOUBLE_EQ(e.latency_s, 2);
  EXPECT_DOUBLE_EQ(e.device_s, 2);
  EXPECT_EQ(e.encode_s + e.uplink_s + e.server_s + e.decode_s + e.downlink_s, 0);
  EXPECT_EQ(e.payload_bytes, 0);
  EXPECT_EQ(e.accuracy_loss, 0);
  const LinearLatency line = linear_latency(e, conditions_of(request));
  EXPECT_DOUBLE_EQ(line.fixed_s, 2);
  EXPECT_EQ(line.bits, 0);
}

TEST(CostModel, ServerOnlyHasNoHeadEvenWhenTheProfileTimedOne) {
  PlanRequest request = make_request();
  request.device.splits[0].head.latency.median = 0.5;
  const Estimate e = estimate_split(request.device.splits[0], request.server.splits[0],
                                    request.cells[0], conditions_of(request));
  EXPECT_EQ(e.device_s, 0);
  EXPECT_DOUBLE_EQ(e.server_s, 0.1);
}

TEST(CostModel, EnergyIsTheHeadsOrUnsetWithAReason) {
  PlanRequest request = make_request();
  const Conditions conditions = conditions_of(request);
  request.device.splits[1].head.energy.reason = "no meter";
  Estimate e = estimate_split(request.device.splits[1], request.server.splits[1], request.cells[1],
                              conditions);
  EXPECT_FALSE(e.energy_j);
  EXPECT_EQ(e.energy_reason, "no meter");
  request.device.splits[1].head.energy.joules = 0.5;
  e = estimate_split(request.device.splits[1], request.server.splits[1], request.cells[1],
                     conditions);
  EXPECT_DOUBLE_EQ(*e.energy_j, 0.5);
}

TEST(CostModel, EnergyOfAScaledDeviceIsUnknown) {
  PlanRequest request = make_request();
  set_energy(request.device, 2);
  request.server_scale = 3;
  EXPECT_TRUE(estimate_device_only(request.device.end_to_end, conditions_of(request)).energy_j);
  request.device_scale = 2.5;
  const Conditions conditions = conditions_of(request);
  for (const Estimate& e : {estimate_device_only(request.device.end_to_end, conditions),
                            estimate_split(request.device.splits[1], request.server.splits[1],
                                           request.cells[1], conditions)}) {
    EXPECT_FALSE(e.energy_j);
    EXPECT_NE(e.energy_reason.find("device scale 2.5"), std::string::npos) << e.energy_reason;
  }
}

void check_lines(const PlanRequest& request) {
  const Conditions at_megabit = conditions_of(request);
  for (std::size_t i = 0; i < 3; ++i) {
    const LinearLatency line =
        linear_latency(estimate_split(request.device.splits[i], request.server.splits[i],
                                      request.cells[1], at_megabit),
                       at_megabit);
    for (const double rate : {1e3, 5e5, 1e9}) {
      Conditions other = at_megabit;
      other.link.rate_bps = rate;
      if (other.link.downlink_follows) other.link.downlink_bps = rate;
      const Estimate e = estimate_split(request.device.splits[i], request.server.splits[i],
                                        request.cells[1], other);
      EXPECT_NEAR(line.fixed_s + line.bits / rate, e.latency_s, 1e-12 * e.latency_s);
    }
  }
}

TEST(CostModel, TheLineGivesTheLatencyAtEveryRate) {
  PlanRequest request = make_request();
  check_lines(request);
  request.link.downlink_bps = request.link.rate_bps;
  request.link.downlink_follows = true;
  check_lines(request);
}

}  // namespace
}  // namespace splitbench
