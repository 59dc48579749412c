// The parts of a plan document beside its candidates.
#include "io/plan_document.h"

#include <gtest/gtest.h>

#include "sample_documents.h"
#include "support/error_message.h"
#include "support/temporary_folder.h"

namespace splitbench {
namespace {

TEST(PlanDocument, PartsReturn) {
  const TemporaryFolder folder;
  const Plan plan = read_plan(folder.write("p.json", plan_document(sample_plan(), {})));
  EXPECT_EQ(plan.queue.service_cv, 0.5);
  EXPECT_EQ(plan.batch, 4);
  EXPECT_EQ(plan.power.radio_w_per_bps, 4e-7);
  EXPECT_TRUE(plan.constraints.certain_loss);
  EXPECT_EQ(plan.candidates[1].estimate->latency_ci95->high, 1.5);
  EXPECT_EQ(plan.candidates[1].estimate->energy_parts.compute, 0.25);
  EXPECT_FALSE(plan.candidates[1].estimate->energy_parts.radio);
  EXPECT_EQ(plan.candidates[1].estimate->device_memory_bytes, 4096);
  ASSERT_EQ(plan.front.size(), 2u);
  EXPECT_TRUE(plan.front[1].knee);
  EXPECT_EQ(plan.trace->statistic.p, 0.75);
  EXPECT_EQ(plan.trace->mean_regret_s, 0.0625);
  EXPECT_EQ(plan.explanation->turnings.at(0).at, 2e6);
  EXPECT_EQ(plan.explanation->certain->codec, "zstd:level=3");
  EXPECT_EQ(plan.table->entries.at(0).batch, 4);
}

TEST(PlanDocument, DamagedPartsAreRefusedByName) {
  const TemporaryFolder folder;
  const auto message = [&](const std::string& from, const std::string& to) {
    std::string text = plan_document(sample_plan(), {});
    const std::size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    text.replace(at, from.size(), to);
    return bad_input_message([&] { read_plan(folder.write("p.json", text)); });
  };
  EXPECT_NE(message("\"table\": \"", "\"table\": \"AAAA").find("data.policy.table"),
            std::string::npos);
  EXPECT_NE(message("\"candidate\": 1", "\"candidate\": 9").find("front[1].candidate"),
            std::string::npos);
  EXPECT_NE(message("mg1:cv=0.5", "mg7").find("data.queue"), std::string::npos);
  EXPECT_NE(message("\"weighted\"", "\"knee\"").find("goals"), std::string::npos);
}

// A plan whose downlink follows the uplink is replayed so, and knows what the answer takes.
TEST(PlanDocument, ADownlinkThatFollowsReturns) {
  const TemporaryFolder folder;
  Plan plan = sample_plan();
  plan.result_bytes = 40;
  for (const bool follows : {false, true}) {
    plan.link.downlink_follows = follows;
    plan.link.downlink_bps = follows ? plan.link.rate_bps : 2 * plan.link.rate_bps;
    const std::string text = plan_document(plan, {});
    const Plan read = read_plan(folder.write("p.json", text));
    EXPECT_EQ(read.link.downlink_follows, follows);
    EXPECT_EQ(read.link.downlink_bps, plan.link.downlink_bps);
    EXPECT_EQ(read.result_bytes, 40);
  }
}

// What is read goes into sums and into times of traces, which go forward.
TEST(PlanDocument, EstimatesThatAreNoneAreRefused) {
  const TemporaryFolder folder;
  Plan plan = sample_plan();
  plan.candidates[1].estimate->device_s = -1;
  const auto message = [&] {
    return bad_input_message([&] { read_plan(folder.write("p.json", plan_document(plan, {}))); });
  };
  EXPECT_NE(message().find("device_s"), std::string::npos) << message();
  plan = sample_plan();
  plan.chosen = plan.candidates[1];
  plan.chosen->estimate.reset();
  plan.chosen->rejected_because = "nobody knows";
  EXPECT_NE(message().find("chosen has no estimate"), std::string::npos) << message();
}

}  // namespace
}  // namespace splitbench
