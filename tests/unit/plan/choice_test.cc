#include "plan/choice.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "plan/objective.h"
#include "plan/planner.h"
#include "plan/robust.h"
#include "unit/plan/plan_fixture.h"

namespace splitbench {
namespace {

std::string chosen(PlanRequest request, const std::string& objective) {
  request.objective = parse_objective(objective);
  const Plan plan = make_plan(request);
  return plan.chosen ? candidate_name(*plan.chosen) : "nothing";
}

// At 1 Mbit/s a with quant takes 0.399 s and 6000 B, b with quant 0.589 s and 2000 B.
TEST(Choice, LexicographicGoalsGiveWhatTheirTolerancesAllow) {
  EXPECT_EQ(chosen(make_request(), "lexicographic:latency,bytes"), "a with quant:bits=4");
  EXPECT_EQ(chosen(make_request(), "lexicographic:latency=0.4,bytes"), "a with quant:bits=4");
  EXPECT_EQ(chosen(make_request(), "lexicographic:latency=0.5,bytes"), "b with quant:bits=4");
  EXPECT_EQ(chosen(make_request(), "lexicographic:loss=0.006,latency"), "a with quant:bits=4");
  EXPECT_EQ(chosen(make_request(), "lexicographic:loss,latency"), "b with raw:dtype=fp32");
  EXPECT_EQ(chosen(make_request(), "lexicographic:bytes,latency"), "device-only");
}

TEST(Choice, TheKneeIsClosestToTheBestOfEach) {
  PlanRequest request = make_request();
  // Fast and large, slow and small, or nearly both; device-only is slowest and sends nothing.
  request.device.end_to_end.latency.median = 9;
  request.cells = {make_cell("server-only", "large", 100000, 0), make_cell("a", "middle", 20000, 0),
                   make_cell("b", "small", 19000, 0, 1)};
  request.link.rate_bps = 1e8;
  EXPECT_EQ(chosen(request, "knee:latency,bytes"), "a with middle");
}

TEST(Choice, EveryLoserHasAReasonUnderGoals) {
  for (const char* objective : {"lexicographic:latency=0.5,bytes", "knee", "knee:loss"}) {
    PlanRequest request = make_request();
    request.objective = parse_objective(objective);
    const Plan plan = make_plan(request);
    for (const Candidate& candidate : plan.candidates) {
      EXPECT_EQ(candidate.rejected_because.empty(), same_choice(candidate, *plan.chosen));
    }
    ASSERT_TRUE(plan.runner_up);
    EXPECT_FALSE(same_choice(*plan.runner_up, *plan.chosen));
  }
}

TEST(Choice, GoalsThatAreNoneAreRefused) {
  for (const char* text : {"lexicographic:", "lexicographic:speed", "lexicographic:latency,latency",
                           "lexicographic:latency=-1", "knee:latency=0.1",
                           "knee:", "knee:latency,bytes,loss,energy", "lexicographic:latency=x"}) {
    EXPECT_THROW(parse_objective(text), Error) << text;
  }
}

TEST(Choice, APolicyNeedsPlanes) {
  PlanRequest request = make_request();
  request.objective = parse_objective("knee");
  request.policy = true;
  EXPECT_THROW(make_plan(request), Error);
}

TEST(Choice, MemoryIsBoundedAndMissedLikeEnergy) {
  PlanRequest request = make_request();
  request.constraints.max_device_memory_bytes = 1000;
  EXPECT_THROW(make_plan(request), Error);  // the profile has no layers
  LayerProfile a;
  a.id = "a";
  a.parameter_bytes = 500;
  a.output_bytes = 100;
  LayerProfile b = a;
  b.id = "b";
  request.device.layers = {a, b};
  // a: 500 + 768 of the input + 100; server-only: the input alone.
  const Plan plan = make_plan(request);
  EXPECT_EQ(plan.chosen->split, "server-only");
  EXPECT_EQ(*plan.chosen->estimate->device_memory_bytes, 768);
  EXPECT_EQ(plan.binding_constraint, "max_device_memory_bytes");
  request.constraints.max_device_memory_bytes = 1368;
  EXPECT_EQ(make_plan(request).chosen->split, "a");
  // What is unknown is said once, however many ask for it.
  request.objective = parse_objective("lexicographic:memory,latency");
  request.device.layers = {a};
  const Plan without_b = make_plan(request);
  for (const Candidate& candidate : without_b.candidates) {
    if (candidate.split != "b") continue;
    EXPECT_EQ(candidate.rejected_because, "device memory unknown");
  }
}

TEST(Choice, ContradictoryBoundsAreNamed) {
  PlanRequest request = make_request();
  request.constraints.max_accuracy_loss = 0;
  request.constraints.max_latency_s = 0.5;
  EXPECT_NE(make_plan(request).nearest_miss.find(
                "max_accuracy_loss and max_latency_s contradict each other"),
            std::string::npos)
      << make_plan(request).nearest_miss;
}

TEST(Choice, ACertainLossIsTheUpperEnd) {
  PlanRequest request = make_request();
  request.constraints.max_accuracy_loss = 0.0055;  // a with quant: 0.005, up to 0.006
  Plan plan = make_plan(request);
  EXPECT_EQ(candidate_name(*plan.chosen), "a with quant:bits=4");
  EXPECT_EQ(candidate_name(*plan.explanation->certain), "b with raw:dtype=fp32");
  request.constraints.certain_loss = true;
  plan = make_plan(request);
  EXPECT_EQ(candidate_name(*plan.chosen), "b with raw:dtype=fp32");
  EXPECT_TRUE(plan.warnings.empty());
}

TEST(Choice, TheFrontIsWhatNothingBeats) {
  const Plan plan = make_plan(make_request());
  std::vector<std::string> names;
  for (const ParetoPoint& point : plan.front) {
    names.push_back(candidate_name(plan.candidates[point.candidate]));
  }
  EXPECT_EQ(names, (std::vector<std::string>{"a with quant:bits=4", "b with quant:bits=4",
                                             "b with raw:dtype=fp32", "device-only"}));
}

TEST(Choice, OnlyNaturalBottlenecksWhenAsked) {
  PlanRequest request = make_request();
  request.scope = SplitScope::kNatural;
  EXPECT_EQ(candidate_name(*make_plan(request).chosen), "server-only with raw:dtype=uint8");
  request.device.splits[2].split.natural_bottleneck = true;
  EXPECT_EQ(candidate_name(*make_plan(request).chosen), "b with quant:bits=4");
  request.scope = SplitScope::kNaturalBytes;
  EXPECT_EQ(candidate_name(*make_plan(request).chosen), "a with quant:bits=4");
  request.cells[4].payload_bytes.mean = 6001;  // b no longer sends less than a
  const Plan plan = make_plan(request);
  EXPECT_EQ(plan.candidates[5].rejected_because, "no fewer bytes than an earlier split");
}

}  // namespace
}  // namespace splitbench
