#include "plan/aglop.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "base/error.h"
#include "base/rng.h"
#include "plan/planner.h"
#include "unit/plan/plan_fixture.h"

namespace splitbench {
namespace {

// Cells that exist, handed out one by one.
class Measured : public CellSource {
 public:
  explicit Measured(const std::vector<Cell>& cells) {
    for (const Cell& cell : cells) cells_[{cell.key.split, cell.key.codec}] = cell;
  }
  Cell measure(const std::string& split, const std::string& codec) override {
    ++asked_[{split, codec}];
    EXPECT_EQ((asked_[{split, codec}]), 1) << split << " " << codec;
    return cells_.at({split, codec});
  }

 private:
  std::map<std::pair<std::string, std::string>, Cell> cells_;
  std::map<std::pair<std::string, std::string>, int> asked_;
};

// Twelve splits, three codecs of ten settings: bytes rise and losses fall along each.
std::vector<Cell> landscape(Rng& rng, PlanRequest& request) {
  request = make_request();
  request.cells.clear();
  request.device.splits.clear();
  request.server.splits.clear();
  std::vector<Cell> cells;
  for (int i = 0; i < 12; ++i) {
    const std::string split = "s" + std::to_string(i);
    const double depth = i / 12.0;
    request.device.splits.push_back(make_split(split, SplitKind::kInner, depth, 1 - depth));
    request.server.splits.push_back(
        make_split(split, SplitKind::kInner, depth / 10, (1 - depth) / 10));
    const double size = std::exp(11 - 3 * depth + rng.uniform());
    for (const char* codec : {"x", "y", "z"}) {
      const double skill = 0.7 + 0.6 * rng.uniform();
      const double fragility = 0.3 + 1.4 * rng.uniform();
      for (int q = 1; q <= 10; ++q) {
        cells.push_back(make_cell(split, std::string(codec) + ":quality=" + std::to_string(q),
                                  size * skill * std::pow(1.3, q - 10),
                                  fragility * 0.1 * std::pow(0.6, q), 0.002, 0.001));
      }
    }
  }
  return cells;
}

TEST(Aglop, FindsWhatExhaustiveSearchFindsWithAFifthOfTheMeasurements) {
  Rng rng(8);
  std::size_t asked = 0;
  std::size_t all = 0;
  for (int i = 0; i < 100; ++i) {
    PlanRequest request;
    const std::vector<Cell> cells = landscape(rng, request);
    request.constraints.max_accuracy_loss = 0.002 + 0.02 * rng.uniform();
    request.link.rate_bps = std::exp(std::log(1e5) + rng.uniform() * std::log(1e3));
    Measured source(cells);
    const Refinement found = refine(request, ladders_of(cells), {}, source);
    EXPECT_LE(found.cells.size(), found.budget);
    EXPECT_EQ(found.settings, 360u);
    EXPECT_EQ(found.budget, 72u);
    PlanRequest exhaustive = request;
    exhaustive.cells = cells;
    request.cells = found.cells;
    const double best = make_plan(exhaustive).chosen->estimate->latency_s;
    EXPECT_LE(make_plan(request).chosen->estimate->latency_s, 1.01 * best) << i;
    asked += found.cells.size();
    all += found.settings;
  }
  EXPECT_LT(asked * 5, all);
}

TEST(Aglop, LaddersGoFromCoarseToFine) {
  const std::vector<Cell> cells = {make_cell("a", "jpeg:quality=90:tiling=compact", 1, 0),
                                   make_cell("a", "disc:step=0.5", 1, 0),
                                   make_cell("a", "jpeg:quality=100:tiling=compact", 1, 0),
                                   make_cell("a", "disc:step=2", 1, 0),
                                   make_cell("a", "jpeg:quality=50:tiling=wide", 1, 0),
                                   make_cell("a", "raw:dtype=fp32", 1, 0),
                                   make_cell("a", "jpeg:quality=5:tiling=compact", 1, 0),
                                   make_cell("b", "disc:step=2", 1, 0),
                                   make_cell("device-only", "none", 0, 0)};
  const std::vector<Ladder> ladders = ladders_of(cells);
  ASSERT_EQ(ladders.size(), 5u);
  EXPECT_EQ(ladders[0].settings, (std::vector<std::string>{"jpeg:quality=5:tiling=compact",
                                                           "jpeg:quality=90:tiling=compact",
                                                           "jpeg:quality=100:tiling=compact"}));
  EXPECT_EQ(ladders[1].settings, std::vector<std::string>{"jpeg:quality=50:tiling=wide"});
  EXPECT_EQ(ladders[2].settings, (std::vector<std::string>{"disc:step=2", "disc:step=0.5"}));
  EXPECT_EQ(ladders[3].settings, std::vector<std::string>{"raw:dtype=fp32"});
  EXPECT_EQ(ladders[4].split, "b");
}

// No number to sort by: such a setting is a ladder of its own.
TEST(Aglop, SettingsThatAreNoNumbersAreNotSorted) {
  std::vector<Cell> cells;
  for (int i = 0; i < 40; ++i) {
    const std::string value = i % 3 == 0 ? "nan" : std::to_string(i);
    cells.push_back(make_cell("a", "x:quality=" + value + ":k=" + std::to_string(i % 3), 1, 0));
  }
  cells.push_back(make_cell("a", "x:quality=inf:k=1", 1, 0));
  std::size_t settings = 0;
  for (const Ladder& ladder : ladders_of(cells)) {
    settings += ladder.settings.size();
    if (ladder.settings.size() == 1) continue;
    for (const std::string& setting : ladder.settings) {
      EXPECT_EQ(setting.find("nan"), std::string::npos);
      EXPECT_EQ(setting.find("inf"), std::string::npos);
    }
  }
  EXPECT_EQ(settings, 28u);  // the nan is one
}

TEST(Aglop, CellsThatFailAreLookedAtOnceAndPassed) {
  Rng rng(9);
  PlanRequest request;
  std::vector<Cell> cells = landscape(rng, request);
  request.constraints.max_accuracy_loss = 0.01;
  for (std::size_t i = 0; i < cells.size(); i += 2) cells[i].status = CellStatus::kUnsupported;
  Measured source(cells);
  RefinementSettings settings;
  settings.budget = 1000;
  const Refinement found = refine(request, ladders_of(cells), settings, source);
  EXPECT_TRUE(found.ended);
  request.cells = found.cells;
  PlanRequest exhaustive = request;
  exhaustive.cells = cells;
  EXPECT_LE(make_plan(request).chosen->estimate->latency_s,
            1.01 * make_plan(exhaustive).chosen->estimate->latency_s);
}

TEST(Aglop, GivesUpLaddersThatCannotBeMeasured) {
  Rng rng(10);
  PlanRequest request;
  std::vector<Cell> cells = landscape(rng, request);
  request.constraints.max_accuracy_loss = 0.01;
  for (Cell& cell : cells) {
    if (cell.key.codec.front() == 'x') cell.status = CellStatus::kUnsupported;
  }
  Measured source(cells);
  RefinementSettings settings;
  settings.budget = 1000;
  const Refinement found = refine(request, ladders_of(cells), settings, source);
  std::map<std::string, int> refused;
  for (const Cell& cell : found.cells) {
    if (cell.status != CellStatus::kOk) ++refused[cell.key.split];
  }
  EXPECT_FALSE(refused.empty());
  for (const auto& [split, count] : refused) EXPECT_LE(count, 2) << split;
}

TEST(Aglop, LongLaddersTakeHardlyMoreMeasurementsThanShortOnes) {
  PlanRequest request = make_request();
  request.constraints.max_accuracy_loss = 0.01;
  std::vector<Cell> cells;
  for (int i = 0; i < 160; ++i) {
    const double bytes = 100 * std::pow(2, 16.0 * i / 160);
    cells.push_back(
        make_cell("a", "x:quality=" + std::to_string(i), bytes, 0.5 * std::exp(-i / 20.0)));
  }
  Measured source(cells);
  RefinementSettings settings;
  settings.budget = 1000;
  const Refinement found = refine(request, ladders_of(cells), settings, source);
  EXPECT_TRUE(found.ended);
  EXPECT_LE(found.cells.size(), 8u + 4u);  // bisection, and doubts
  request.cells = found.cells;
  PlanRequest exhaustive = request;
  exhaustive.cells = cells;
  EXPECT_EQ(make_plan(request).chosen->codec, make_plan(exhaustive).chosen->codec);
}

TEST(Aglop, BoundsOnMemoryPruneAsOthersDo) {
  Rng rng(11);
  PlanRequest request;
  const std::vector<Cell> cells = landscape(rng, request);
  request.constraints.max_accuracy_loss = 0.01;
  RefinementSettings settings;
  settings.budget = 1000;
  const auto asked = [&] {
    Measured source(cells);
    return refine(request, ladders_of(cells), settings, source).cells.size();
  };
  const std::size_t without = asked();
  for (int i = 0; i < 12; ++i) {
    LayerProfile layer;
    layer.id = "s" + std::to_string(i);
    layer.output_bytes = 1000;
    request.device.layers.push_back(layer);
  }
  request.constraints.max_device_memory_bytes = 1e9;
  EXPECT_EQ(asked(), without);
}

TEST(Aglop, LooksWithinItsScope) {
  Rng rng(12);
  PlanRequest request;
  const std::vector<Cell> cells = landscape(rng, request);
  request.constraints.max_accuracy_loss = 0.01;
  request.scope = SplitScope::kNatural;
  request.device.splits[3].split.natural_bottleneck = true;
  Measured source(cells);
  const Refinement found = refine(request, ladders_of(cells), {}, source);
  EXPECT_EQ(found.settings, 30u);
  ASSERT_FALSE(found.cells.empty());
  for (const Cell& cell : found.cells) EXPECT_EQ(cell.key.split, "s3");
  request.scope = SplitScope::kNaturalBytes;
  EXPECT_THROW(refine(request, ladders_of(cells), {}, source), Error);
}

TEST(Aglop, NeedsABoundAndASum) {
  Rng rng(9);
  PlanRequest request;
  const std::vector<Cell> cells = landscape(rng, request);
  Measured source(cells);
  EXPECT_THROW(refine(request, ladders_of(cells), {}, source), Error);
  request.constraints.max_accuracy_loss = 0.01;
  request.objective.form = Objective::Form::kKnee;
  request.objective.goals = {{Quantity::kLatency, 0}};
  EXPECT_THROW(refine(request, ladders_of(cells), {}, source), Error);
}

}  // namespace
}  // namespace splitbench
