#include "pipeline/sweep_pace.h"

#include <gtest/gtest.h>

namespace splitbench {
namespace {

// Two splits of three codecs: at the second, tensors and tail are half as large.
std::vector<CellWork> two_splits() {
  std::vector<CellWork> cells;
  for (const double size : {1.0, 0.5}) {
    for (const char* codec : {"raw", "webp", "jpeg"}) {
      cells.push_back({codec, 1000 * size, {0.01 * size}});
    }
  }
  return cells;
}

TEST(SweepPace, KnowsNothingBeforeTheFirstCell) {
  const SweepPace pace(two_splits());
  EXPECT_FALSE(pace.left_s());
  EXPECT_FALSE(pace.images_per_s());
}

TEST(SweepPace, LearnsWhatEachCodecCostsAndThatSmallTensorsCostLess) {
  SweepPace pace(two_splits());
  pace.cell_done({2, 0, 0, 1}, 100);
  EXPECT_DOUBLE_EQ(*pace.left_s(), 2 + 2 + 1 + 1 + 1) << "the others are taken to be alike";
  pace.cell_done({10, 0, 0, 9}, 100);
  pace.cell_done({4, 0, 0, 3}, 100);
  EXPECT_DOUBLE_EQ(*pace.left_s(), 1 + 5 + 2);
  EXPECT_DOUBLE_EQ(*pace.images_per_s(), 300.0 / 16);
  pace.cell_done({1, 0, 0, 0.5}, 100);
  EXPECT_DOUBLE_EQ(*pace.left_s(), 5 + 2);
}

TEST(SweepPace, WhatIsLeftMayTurnOutOtherwise) {
  SweepPace pace(two_splits());
  pace.cell_done({2, 0, 0, 1}, 100);
  pace.expect({{"raw", 500, {0.005}}, {"raw", 500, {0.005}}});
  EXPECT_DOUBLE_EQ(*pace.left_s(), 1 + 1);
  pace.cell_done({1, 0, 0, 0.5}, 100);
  EXPECT_DOUBLE_EQ(*pace.left_s(), 1);
  pace.expect({});
  EXPECT_DOUBLE_EQ(*pace.left_s(), 0);
}

TEST(SweepPace, TellsCodecsFromTails) {
  SweepPace pace(
      {{"webp", 1000, {}}, {"raw", 1000, {0.01}}, {"webp", 10, {0.01}}, {"raw", 10, {0.01}}});
  pace.cell_done({8, 0, 0, 7}, 100);
  pace.cell_done({4, 0, 0, 1}, 100);
  EXPECT_DOUBLE_EQ(*pace.left_s(), (0.08 + 3) + (0.01 + 3));
}

TEST(SweepPace, CalibrationsAreMadeOnceASplit) {
  SweepPace pace(
      {{"klt", 10, {10}, true}, {"klt", 10, {10}}, {"klt", 10, {10}, true}, {"klt", 10, {10}}});
  pace.cell_done({7, 0, 5, 1}, 100);
  EXPECT_DOUBLE_EQ(*pace.left_s(), 2 + (5 + 2) + 2);
}

// The second split's tail takes a tenth of the first one's for an image alone, and half in batches.
TEST(SweepPace, GradientsTakeTheTailsTimeForAnImageAlone) {
  SweepPace pace({{"klt", 10, {2, 10}, true}, {"klt", 10, {1, 1}, true}});
  pace.cell_done({20, 10, 4, 2}, 100);
  const double size_of_the_second = 1 + 1 / 1.5, size_of_the_first = 1 + 2 / 1.5;
  EXPECT_DOUBLE_EQ(*pace.left_s(),
                   2 + 4.0 / 2 + 10.0 / 10 + 4 * size_of_the_second / size_of_the_first);
}

TEST(SweepPace, IsDoneAfterTheLastCell) {
  SweepPace pace({{"raw", 10, {5}}});
  pace.cell_done({3, 0, 0, 1}, 10);
  EXPECT_EQ(*pace.left_s(), 0);
}

TEST(SweepPace, CellsThatCostNothingDoNoHarm) {
  SweepPace pace({{"none", 0, {}}, {"raw", 0, {}}});
  pace.cell_done({}, 0);
  EXPECT_EQ(*pace.left_s(), 0);
  EXPECT_FALSE(pace.images_per_s());
}

}  // namespace
}  // namespace splitbench
