#include "plan/planner.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "plan/candidates.h"
#include "plan/objective.h"
#include "unit/plan/plan_fixture.h"

namespace splitbench {
namespace {

// The message of the Error of that code that make_plan throws.
std::string plan_error(const PlanRequest& request, ErrorCode code) {
  try {
    make_plan(request);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), code) << error.what();
    return error.what();
  }
  ADD_FAILURE() << "nothing was thrown";
  return "";
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

const Candidate& candidate(const Plan& plan, const std::string& split, const std::string& codec) {
  for (const Candidate& c : plan.candidates) {
    if (c.split == split && c.codec == codec) return c;
  }
  throw std::runtime_error("no candidate " + split + " " + codec);
}

// At 1 Mbit/s: a with quant 0.399 s, b with quant 0.589 s, device-only 1 s.
TEST(Planner, ChoosesTheFastestAndSaysWhyTheOthersLost) {
  const Plan plan = make_plan(make_request());
  ASSERT_TRUE(plan.chosen);
  EXPECT_EQ(candidate_name(*plan.chosen), "a with quant:bits=4");
  EXPECT_TRUE(plan.chosen->feasible);
  EXPECT_TRUE(plan.chosen->rejected_because.empty());
  ASSERT_TRUE(plan.runner_up);
  EXPECT_EQ(candidate_name(*plan.runner_up), "b with quant:bits=4");
  EXPECT_EQ(plan.binding_constraint, "");
  EXPECT_EQ(plan.candidates.size(), 6u);
  EXPECT_EQ(plan.candidates[0].split, "device-only");
  EXPECT_EQ(plan.candidates[0].codec, "none");
  EXPECT_EQ(plan.candidates[0].rejected_because, "latency 1.00 s > 399 ms of the choice");
  EXPECT_TRUE(plan.warnings.empty());
}

TEST(Planner, Baselines) {
  PlanRequest request = make_request();
  request.cells.push_back(make_cell("server-only", "png", 10, 0));
  request.cells.push_back(make_cell("server-only", "raw:dtype=fp32", 5, 0));
  Plan plan = make_plan(request);
  EXPECT_EQ(plan.device_only->split, "device-only");
  EXPECT_EQ(plan.server_only->codec, "raw:dtype=uint8");
  EXPECT_EQ(candidate_name(*plan.raw_split), "b with raw:dtype=fp32");

  request.cells.erase(request.cells.begin());
  EXPECT_EQ(make_plan(request).server_only->codec, "raw:dtype=fp32");
  request.cells.pop_back();
  EXPECT_EQ(make_plan(request).server_only->codec, "png");
  request.cells.clear();
  plan = make_plan(request);
  EXPECT_FALSE(plan.server_only);
  EXPECT_FALSE(plan.raw_split);
  EXPECT_EQ(plan.chosen->split, "device-only");
  ASSERT_EQ(plan.warnings.size(), 1u);
}

TEST(Planner, ConstraintsRejectWithValueAndBound) {
  PlanRequest request = make_request();
  request.constraints.max_accuracy_loss = 0.001;
  request.constraints.max_payload_bytes = 30000;
  const Plan plan = make_plan(request);
  EXPECT_EQ(candidate_name(*plan.chosen), "b with raw:dtype=fp32");
  EXPECT_EQ(plan.binding_constraint, "max_accuracy_loss");
  EXPECT_EQ(candidate(plan, "b", "quant:bits=4").rejected_because, "accuracy loss 0.02 > 0.001");
  EXPECT_EQ(candidate(plan, "a", "raw:dtype=fp32").rejected_because, "payload 50.0 kB > 30.0 kB");
  EXPECT_FALSE(candidate(plan, "b", "quant:bits=4").feasible);
}

TEST(Planner, ReachingABoundIsAllowedAndCloseValuesAreTold) {
  PlanRequest request = make_request();
  request.constraints.max_accuracy_loss = 0.005;
  EXPECT_EQ(candidate_name(*make_plan(request).chosen), "a with quant:bits=4");
  request.constraints.max_accuracy_loss = 0.0049999;
  EXPECT_EQ(candidate(make_plan(request), "a", "quant:bits=4").rejected_because,
            "accuracy loss 0.005 > 0.0049999");
}

TEST(Planner, SeveralViolationsAreAllNamed) {
  PlanRequest request = make_request();
  request.constraints.max_accuracy_loss = 0.01;
  request.constraints.max_latency_s = 0.5;
  EXPECT_EQ(candidate(make_plan(request), "b", "quant:bits=4").rejected_because,
            "accuracy loss 0.02 > 0.01; latency 589 ms > 500 ms");
}

TEST(Planner, InfeasibleNamesTheNearestMiss) {
  PlanRequest request = make_request();
  request.constraints.max_latency_s = 0.39;
  request.constraints.max_accuracy_loss = 0.01;
  const Plan plan = make_plan(request);
  EXPECT_FALSE(plan.chosen);
  EXPECT_FALSE(plan.runner_up);
  EXPECT_EQ(plan.binding_constraint, "max_latency_s");
  EXPECT_EQ(plan.nearest_miss,
            "a with quant:bits=4 misses max_latency_s by 2.38 % of the bound "
            "(latency 399 ms > 390 ms); no candidate keeps max_latency_s");
  EXPECT_TRUE(plan.device_only);
}

// A miss is no share of nothing, nor of next to nothing.
TEST(Planner, ABoundOfNothingIsMissed) {
  for (const double limit : {0.0, 1e-320}) {
    PlanRequest request = make_request();
    request.constraints.max_latency_s = limit;
    const Plan plan = make_plan(request);
    EXPECT_FALSE(plan.chosen);
    const std::string& miss = plan.nearest_miss;
    EXPECT_NE(miss.find(" misses max_latency_s (latency "), std::string::npos) << miss;
  }
}

TEST(Planner, CellsThatCannotBeEstimatedStayWithTheirReason) {
  PlanRequest request = make_request();
  request.cells[1].status = CellStatus::kUnsupported;
  request.cells[1].reason = "needs 8 channels";
  request.cells.push_back(make_cell("c", "x", 1, 0));
  request.server.splits.erase(request.server.splits.begin() + 2);
  const Plan plan = make_plan(request);
  EXPECT_EQ(candidate(plan, "a", "raw:dtype=fp32").rejected_because,
            "cell unsupported: needs 8 channels");
  EXPECT_EQ(candidate(plan, "c", "x").rejected_because, "split not in the device profile");
  EXPECT_EQ(candidate(plan, "b", "quant:bits=4").rejected_because,
            "split not in the server profile");
  EXPECT_FALSE(candidate(plan, "c", "x").estimate);
  EXPECT_FALSE(candidate(plan, "c", "x").feasible);
}

TEST(Planner, CellsOfAnotherInputSizeAreRejected) {
  PlanRequest request = make_request();
  request.cells.push_back(make_cell("device-only", "none", 0, 0));
  request.cells.back().boundary_bytes = 40;
  request.cells[1].boundary_bytes = 28800;
  request.device.splits[1].boundary_bytes = 7200;
  request.server.splits[1].boundary_bytes = 28800;
  request.server.splits[2].boundary_bytes = 512;
  const Plan plan = make_plan(request);
  EXPECT_EQ(candidate(plan, "a", "raw:dtype=fp32").rejected_because,
            "measured at another input size: 28800 B here, 7200 B in the device profile");
  EXPECT_EQ(candidate(plan, "b", "quant:bits=4").rejected_because,
            "measured at another input size: 0 B here, 512 B in the server profile");
  EXPECT_FALSE(candidate(plan, "a", "raw:dtype=fp32").estimate);
  EXPECT_TRUE(candidate(plan, "device-only", "none").estimate);
  EXPECT_TRUE(candidate(plan, "server-only", "raw:dtype=uint8").estimate);
}

// What runs on the device is the head of what its encoder takes, on the server its own tail.
TEST(Planner, ALearnedCellTakesTheHeadOfItsEncoder) {
  PlanRequest request = make_request();
  Cell input = make_cell("b", "bottlefit:file=x", 2000, 0.01, 0.004, 0.002);
  input.bottleneck = CellBottleneck{};
  input.bottleneck->encoder_split = "server-only";
  Cell inner = input;
  inner.key.codec = "bottlefit:file=y";
  inner.bottleneck->encoder_split = "a";
  Cell strange = input;
  strange.key.codec = "bottlefit:file=z";
  strange.bottleneck->encoder_split = "elsewhere";
  request.cells = {input, inner, strange};
  const std::vector<Candidate> candidates = enumerate_candidates(request);
  ASSERT_EQ(candidates.size(), 4u);
  ASSERT_TRUE(candidates[1].estimate && candidates[2].estimate);
  EXPECT_EQ(candidates[1].estimate->device_s, 0);
  EXPECT_EQ(candidates[1].estimate->encode_s, 0.004);
  EXPECT_DOUBLE_EQ(candidates[1].estimate->server_s, 0.05);
  EXPECT_DOUBLE_EQ(candidates[2].estimate->device_s, 0.25) << "the head of a";
  EXPECT_DOUBLE_EQ(candidates[2].estimate->server_s, 0.05) << "the tail of b";
  EXPECT_FALSE(candidates[3].estimate);
  EXPECT_EQ(candidates[3].rejected_because,
            "the split of its encoder, elsewhere, is not in the device profile");
}

TEST(Planner, ALearnedCellsEncoderNeedsMemory) {
  PlanRequest request = make_request();
  LayerProfile layer;
  layer.id = "a";
  layer.parameter_bytes = 500;
  layer.output_bytes = 100;
  request.device.layers = {layer};
  Cell cell = make_cell("a", "bottlefit:file=x", 2000, 0.01, 0.004, 0.002);
  cell.bottleneck = CellBottleneck{};
  cell.bottleneck->encoder_split = "a";
  cell.bottleneck->encoder_parameters = 1000;
  request.cells = {make_cell("a", "raw:dtype=fp32", 2000, 0, 0, 0), cell};
  const std::vector<Candidate> candidates = enumerate_candidates(request);
  ASSERT_TRUE(candidates.at(1).estimate && candidates.at(2).estimate);
  EXPECT_EQ(*candidates[2].estimate->device_memory_bytes,
            *candidates[1].estimate->device_memory_bytes + 4000);
}

TEST(Planner, CellsOfDifferentImagesAreWarnedOf) {
  const auto warnings = [](auto change) {
    PlanRequest request = make_request();
    change(request.cells[0]);
    return make_plan(request).warnings.size();
  };
  EXPECT_EQ(warnings([](Cell&) {}), 0u);
  EXPECT_EQ(warnings([](Cell& cell) { cell.key.dataset = "another"; }), 1u);
  EXPECT_EQ(warnings([](Cell& cell) { cell.key.images = 7; }), 1u);
  EXPECT_EQ(warnings([](Cell& cell) { cell.key.seed = 7; }), 1u);
}

TEST(Planner, TheDeviceOnlyCellIsNoSecondCandidate) {
  PlanRequest request = make_request();
  request.cells.push_back(make_cell("device-only", "none", 0, 0));
  EXPECT_EQ(make_plan(request).candidates.size(), 6u);
}

TEST(Planner, TiesGoToFewerBytesThenLossThenName) {
  PlanRequest request = make_request();
  request.objective = parse_objective("bytes");
  request.cells = {make_cell("b", "y", 100, 0), make_cell("b", "x", 100, 0),
                   make_cell("a", "x", 0, 0)};
  // Both send nothing; a is faster than the whole network on the device.
  EXPECT_EQ(make_plan(request).chosen->split, "a");
  request.cells.pop_back();
  request.constraints.max_latency_s = 0.99;
  const Plan plan = make_plan(request);
  EXPECT_EQ(plan.chosen->codec, "x");
  EXPECT_EQ(candidate(plan, "b", "y").rejected_because,
            "equal to the choice, which comes first by name");
}

TEST(Planner, EnergyMustBeMeasuredWhenItCounts) {
  PlanRequest request = make_request();
  request.device.end_to_end.energy.reason = "no meter on this board";
  request.objective = parse_objective("energy");
  EXPECT_TRUE(
      contains(plan_error(request, ErrorCode::kMissingMeasurement), "no meter on this board"));
  request.objective = parse_objective("latency");
  request.constraints.max_energy_j = 1;
  plan_error(request, ErrorCode::kMissingMeasurement);

  set_energy(request.device, 4);
  request.device.splits[1].head.energy = {std::nullopt, "none", "too short"};
  const Plan plan = make_plan(request);
  EXPECT_EQ(candidate(plan, "a", "quant:bits=4").rejected_because, "energy unknown: too short");
  EXPECT_EQ(plan.chosen->split, "server-only");
  EXPECT_EQ(candidate(plan, "b", "quant:bits=4").rejected_because, "energy 2.00 J > 1.00 J");
}

TEST(Planner, DocumentsOfDifferentModelsAreRefused) {
  PlanRequest request = make_request();
  request.server.model_sha256 = "bbbbbbbbbbbbbbbbbbbb";
  request.server.model_name = "other";
  const std::string profiles = plan_error(request, ErrorCode::kBadInput);
  EXPECT_TRUE(contains(profiles, "'tiny' (aaaaaaaaaaaa)")) << profiles;
  EXPECT_TRUE(contains(profiles, "'other' (bbbbbbbbbbbb)")) << profiles;

  request = make_request();
  request.cells[2].key.model = "cccccccccccccccc";
  const std::string cells = plan_error(request, ErrorCode::kBadInput);
  EXPECT_TRUE(contains(cells, "'tiny' (aaaaaaaaaaaa)")) << cells;
  EXPECT_TRUE(contains(cells, "cccccccccccc")) << cells;

  request = make_request();
  request.server.input.shape = {1, 3, 16, 16};
  EXPECT_TRUE(contains(plan_error(request, ErrorCode::kBadInput), "1x3x16x16"));
}

TEST(Planner, OutOfRangeRequestsAreRefused) {
  const auto refused = [](auto change) {
    PlanRequest request = make_request();
    change(request);
    return plan_error(request, ErrorCode::kBadInput);
  };
  EXPECT_TRUE(contains(refused([](PlanRequest& r) { r.server_load = 1; }), "server load is 1"));
  refused([](PlanRequest& r) { r.server_load = -0.1; });
  refused([](PlanRequest& r) { r.link.rate_bps = 0; });
  refused([](PlanRequest& r) { r.device_scale = 0; });
  refused([](PlanRequest& r) { r.server_scale = -1; });
  refused([](PlanRequest& r) { r.constraints.max_accuracy_loss = 5; });
  refused([](PlanRequest& r) { r.constraints.max_latency_s = -1; });
  EXPECT_TRUE(contains(refused([](PlanRequest& r) { r.device.batch = 8; }), "batches of 8"));
}

TEST(Planner, WarnsOfAnIntervalBeyondTheLatencyBound) {
  PlanRequest request = make_request();
  for (SplitProfile& split : request.device.splits) {
    split.head.latency.ci95 = {split.head.latency.median, split.head.latency.median + 0.05};
  }
  for (SplitProfile& split : request.server.splits) {
    split.tail.latency.ci95 = {split.tail.latency.median, split.tail.latency.median + 0.05};
  }
  const double latency_s = make_plan(request).chosen->estimate->latency_s;
  request.constraints.max_latency_s = latency_s + 0.5;
  EXPECT_TRUE(make_plan(request).warnings.empty());
  request.constraints.max_latency_s = latency_s + 0.01;
  const Plan plan = make_plan(request);
  ASSERT_EQ(plan.warnings.size(), 1u);
  EXPECT_NE(plan.warnings[0].find("is compatible with what was measured (95 %)"),
            std::string::npos);
}

TEST(Planner, WarnsAboutWhatWeakensTheChoice) {
  PlanRequest request = make_request();
  request.constraints.max_accuracy_loss = 0.0055;  // the interval of the choice ends at 0.006
  request.cells[4].accuracy.loss.reset();
  request.cells[4].accuracy.agreement = 0.9;
  request.cells[0].key.dataset = "another";
  const Plan plan = make_plan(request);
  EXPECT_EQ(candidate_name(*plan.chosen), "a with quant:bits=4");
  ASSERT_EQ(plan.warnings.size(), 3u);
  EXPECT_TRUE(contains(plan.warnings[0], "2 sets of images"));
  EXPECT_TRUE(contains(plan.warnings[1], "1 of 5 cells have no labels"));
  EXPECT_TRUE(contains(plan.warnings[2], "up to 0.006"));
  EXPECT_NEAR(candidate(plan, "b", "quant:bits=4").estimate->accuracy_loss, 0.1, 1e-12);
}

}  // namespace
}  // namespace splitbench
