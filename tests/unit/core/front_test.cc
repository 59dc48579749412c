#include "core/front.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "base/rng.h"

namespace splitbench {
namespace {

Cell cell(const std::string& split, const std::string& codec, double bytes, double loss,
          double encode_s, double half_width = 0) {
  Cell result;
  result.key.split = split;
  result.key.codec = codec;
  result.payload_bytes.mean = bytes;
  result.encode.median = encode_s;
  result.accuracy.loss = PairedLoss{loss, {loss - half_width, loss + half_width}};
  result.accuracy.images = 100;
  return result;
}

const Front& scope(const FrontSet& set, const std::string& name) {
  for (const Front& front : set.fronts) {
    if (front.scope == name) return front;
  }
  throw std::runtime_error("no front " + name);
}

// The definition, word for word.
bool dominated_by_any(const std::vector<Objectives>& points, std::size_t i) {
  return std::any_of(points.begin(), points.end(), [&](const Objectives& p) {
    const Objectives& q = points[i];
    const bool no_worse = p.a <= q.a && p.b <= q.b && p.c <= q.c;
    return no_worse && (p.a < q.a || p.b < q.b || p.c < q.c);
  });
}

TEST(NonDominated, EqualsTheDefinitionOnRandomPointsWithTies) {
  Rng rng(1);
  for (int round = 0; round < 500; ++round) {
    std::vector<Objectives> points(rng.below(40));
    for (Objectives& p : points) {
      p = {static_cast<double>(rng.below(6)), static_cast<double>(rng.below(6)),
           static_cast<double>(rng.below(6))};
    }
    std::vector<std::size_t> expected;
    for (std::size_t i = 0; i < points.size(); ++i) {
      if (!dominated_by_any(points, i)) expected.push_back(i);
    }
    EXPECT_EQ(non_dominated(points), expected);
  }
}

TEST(NonDominated, KeepsEqualPoints) {
  EXPECT_EQ(non_dominated({{1, 1, 1}, {2, 2, 2}, {1, 1, 1}}), (std::vector<std::size_t>{0, 2}));
}

TEST(Hypervolume, KnownVolumes) {
  EXPECT_DOUBLE_EQ(hypervolume({}), 0);
  EXPECT_DOUBLE_EQ(hypervolume({{0, 0, 0}}), 1);
  EXPECT_DOUBLE_EQ(hypervolume({{0.5, 0.5, 0.5}}), 0.125);
  EXPECT_DOUBLE_EQ(hypervolume({{1, 0, 0}}), 0);
  EXPECT_DOUBLE_EQ(hypervolume({{-3, 0.5, 0.5}}), 0.25);
  EXPECT_DOUBLE_EQ(hypervolume({{0.5, 0.5, 0.5}, {0.5, 0.5, 0.5}, {0.75, 0.75, 0.75}}), 0.125);
  // Two boxes of 0.5 that share 0.25.
  EXPECT_DOUBLE_EQ(hypervolume({{0.5, 0, 0}, {0, 0, 0.5}}), 0.75);
}

// On a grid of 8 steps the dominated volume is a count of unit cubes.
TEST(Hypervolume, EqualsTheCountOfDominatedGridCubes) {
  Rng rng(2);
  constexpr int kSteps = 8;
  for (int round = 0; round < 200; ++round) {
    std::vector<Objectives> points(1 + rng.below(12));
    for (Objectives& p : points) {
      p = {static_cast<double>(rng.below(kSteps + 1)) / kSteps,
           static_cast<double>(rng.below(kSteps + 1)) / kSteps,
           static_cast<double>(rng.below(kSteps + 1)) / kSteps};
    }
    int cubes = 0;
    for (int i = 0; i < kSteps * kSteps * kSteps; ++i) {
      const double a = static_cast<double>(i % kSteps) / kSteps;
      const double b = static_cast<double>(i / kSteps % kSteps) / kSteps;
      const double c = static_cast<double>(i / kSteps / kSteps) / kSteps;
      cubes += std::any_of(points.begin(), points.end(),
                           [&](const Objectives& p) { return p.a <= a && p.b <= b && p.c <= c; });
    }
    EXPECT_NEAR(hypervolume(points), cubes / std::pow(kSteps, 3), 1e-12);
  }
}

TEST(ParetoFronts, ScopesAndMembers) {
  Cell failed = cell("a", "jpeg:quality=1", 1, 0, 0);
  failed.status = CellStatus::kFailed;
  const std::vector<Cell> cells = {cell("device-only", "none", 0, 0, 0),
                                   cell("b", "zstd:level=3", 100, 0.00, 0.2),
                                   cell("a", "jpeg:quality=9", 50, 0.02, 0.1),
                                   cell("a", "jpeg:quality=5", 60, 0.03, 0.2), failed};
  const FrontSet set = pareto_fronts(cells);
  std::vector<std::string> scopes;
  for (const Front& front : set.fronts) scopes.push_back(front.scope);
  EXPECT_EQ(scopes,
            (std::vector<std::string>{"all", "split:b", "split:a", "codec:zstd", "codec:jpeg"}));
  ASSERT_EQ(set.fronts[0].points.size(), 2u);
  EXPECT_EQ(set.fronts[0].points[0].codec, "jpeg:quality=9");
  EXPECT_EQ(set.fronts[0].points[1].codec, "zstd:level=3");
  EXPECT_EQ(scope(set, "codec:jpeg").points.size(), 1u);
  EXPECT_DOUBLE_EQ(set.reference_bytes, 100);
  EXPECT_DOUBLE_EQ(set.reference_loss, 0.03);
  EXPECT_DOUBLE_EQ(set.reference_s, 0.2);
  // Only the JPEG cell is off the worst corner in all three: half by a third by half.
  EXPECT_NEAR(set.fronts[0].hypervolume, 0.5 / 3 * 0.5, 1e-12);
  EXPECT_DOUBLE_EQ(scope(set, "split:b").hypervolume, 0);
}

TEST(ParetoFronts, NoCellsAndZeroWidthRanges) {
  const FrontSet empty = pareto_fronts({});
  ASSERT_EQ(empty.fronts.size(), 1u);
  EXPECT_TRUE(empty.fronts[0].points.empty());
  EXPECT_DOUBLE_EQ(empty.fronts[0].hypervolume, 0);

  // Loss and encode time tell nothing apart, so bytes alone decide.
  const FrontSet flat = pareto_fronts({cell("a", "x", 100, 0, 0), cell("a", "y", 25, 0, 0)});
  EXPECT_DOUBLE_EQ(flat.fronts[0].hypervolume, 0.75);
}

TEST(ParetoFronts, AGainInAccuracyMovesTheIdealCorner) {
  const FrontSet set =
      pareto_fronts({cell("a", "x", 100, -0.01, 1), cell("a", "y", 50, 0.03, 0.5)});
  EXPECT_DOUBLE_EQ(set.ideal_loss, -0.01);
  EXPECT_DOUBLE_EQ(set.reference_loss, 0.03);
}

TEST(ParetoFronts, EqualCellsAreAllKept) {
  const FrontSet set = pareto_fronts({cell("a", "x", 10, 0, 1), cell("b", "x", 10, 0, 1)});
  EXPECT_EQ(set.fronts[0].points.size(), 2u);
}

TEST(ParetoFronts, ALossAdvantageWithinChanceIsMarked) {
  const std::vector<Cell> cells = {cell("a", "small", 10, 0.02, 1, 0.01),
                                   cell("a", "chance", 20, 0.015, 1, 0.01),
                                   cell("a", "sure", 30, -0.05, 1, 0.01)};
  const Front front = pareto_fronts(cells).fronts[0];
  ASSERT_EQ(front.points.size(), 3u);
  EXPECT_FALSE(front.points[0].statistically_dominated);
  EXPECT_TRUE(front.points[1].statistically_dominated);
  EXPECT_FALSE(front.points[2].statistically_dominated);
}

TEST(ParetoFronts, WithoutLabelsTheLossIsDisagreement) {
  Cell unlabelled = cell("a", "x", 10, 0, 1);
  unlabelled.accuracy.loss.reset();
  unlabelled.accuracy.agreement = 0.97;
  unlabelled.accuracy.images = 100;
  const FrontPoint point = pareto_fronts({unlabelled}).fronts[0].points[0];
  EXPECT_NEAR(point.accuracy_loss, 0.03, 1e-12);
  const Interval expected = wilson_ci95(3, 100);
  EXPECT_DOUBLE_EQ(point.accuracy_loss_ci95.low, expected.low);
  EXPECT_DOUBLE_EQ(point.accuracy_loss_ci95.high, expected.high);
}

}  // namespace
}  // namespace splitbench
