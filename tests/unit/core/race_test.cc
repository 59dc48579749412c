#include "core/race.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/rng.h"
#include "core/race_batches.h"
#include "support/synthetic_sweep.h"

namespace splitbench {
namespace {

TEST(Race, KeepsItsPromiseWhereItIsHardest) {
  // Every cheaper cell is one image beyond the margin: any stop is wrong. All levels are high.
  const std::size_t images = 320;
  const double margin = 0.02;
  int wrong = 0;
  const int runs = 400;
  for (int run = 0; run < runs; ++run) {
    SyntheticSweep sweep;
    sweep.groups.assign(3, "");
    Rng rng(static_cast<std::uint64_t>(run));
    sweep.cells.resize(3);
    for (std::size_t i = 0; i < images; ++i) {
      const bool hard = i < 60;
      for (std::size_t c = 0; c < 3; ++c) {
        // Right on all easy images; of the hard ones, 7 (> 2 % of 320) fewer for each cheaper cell.
        sweep.cells[c].correct.push_back(!hard || i % 60 < 30 - 7 * c ? 1 : 0);
        sweep.cells[c].payload_bytes.push_back(300 - 100.0 * static_cast<double>(c));
      }
      sweep.strata.push_back(hard ? 0 : 1);
    }
    const RacedSweep raced = race(sweep, {0.5, margin}, static_cast<std::uint64_t>(run));
    wrong += raced.stops.empty() ? 0 : 1;
  }
  EXPECT_LE(wrong, 0.5 * runs + 3 * std::sqrt(0.25 * runs));
}

TEST(Race, KeepsItsPromiseOnSweeps) {
  int wrong = 0;
  const int runs = 40;
  for (int run = 0; run < runs; ++run) {
    const SyntheticSweep sweep = synthetic_sweep({6, 10, 1000}, static_cast<std::uint64_t>(run));
    const RaceSettings settings{0.05, default_race_margin(1000)};
    const RacedSweep raced = race(sweep, settings, static_cast<std::uint64_t>(run));
    EXPECT_FALSE(raced.stops.empty());
    wrong += keeps_the_promise(sweep, raced, settings.margin) ? 0 : 1;
  }
  EXPECT_LE(wrong, 0.05 * runs + 3 * std::sqrt(0.05 * 0.95 * runs));
}

TEST(Race, StopsNothingOnTheFrontWithoutAMargin) {
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    const SyntheticSweep sweep = synthetic_sweep({6, 10, 2000}, seed);
    const RacedSweep raced = race(sweep, {0.05, 0}, seed);
    EXPECT_FALSE(raced.stops.empty());
    for (const std::size_t cell : true_front(sweep)) {
      EXPECT_TRUE(raced.remains[cell]) << "cell " << cell << ", seed " << seed;
    }
  }
}

TEST(Race, SavesMostOfTheWorkOnTenThousandImages) {
  std::size_t executions = 0, all = 0;
  for (std::uint64_t seed = 0; seed < 3; ++seed) {
    const SyntheticSweep sweep = synthetic_sweep({12, 20, 10000}, seed);
    const RaceSettings settings{0.05, default_race_margin(10000)};
    const RacedSweep raced = race(sweep, settings, seed);
    EXPECT_TRUE(keeps_the_promise(sweep, raced, settings.margin));
    executions += raced.executions;
    all += sweep.cells.size() * 10000;
  }
  EXPECT_LE(static_cast<double>(executions), 0.4 * static_cast<double>(all));
}

TEST(Race, ComparesWithinGroupsOnly) {
  SyntheticSweep sweep = synthetic_sweep({3, 8, 2000}, 1);
  for (std::size_t c = 0; c < sweep.cells.size(); ++c) {
    sweep.groups[c] = "split:" + std::to_string(c / 8);
  }
  const RacedSweep raced = race(sweep, {0.05, 0.01}, 1);
  EXPECT_FALSE(raced.stops.empty());
  for (const RaceStop& stop : raced.stops) EXPECT_EQ(stop.cell / 8, stop.dominated_by / 8);
}

TEST(Race, GivesTheEvidenceOfAStop) {
  SyntheticSweep sweep;
  sweep.groups = {"", ""};
  sweep.cells.resize(2);
  for (std::size_t i = 0; i < 1000; ++i) {
    sweep.cells[0].correct.push_back(i % 2 == 0 ? 1 : 0);
    sweep.cells[1].correct.push_back(i % 4 == 0 ? 1 : 0);
    sweep.cells[0].payload_bytes.push_back(50);
    sweep.cells[1].payload_bytes.push_back(100 + static_cast<double>(i % 7));
    sweep.strata.push_back(0);
  }
  const RacedSweep raced = race(sweep, {0.05, 0.01}, 3);
  ASSERT_EQ(raced.stops.size(), 1u);
  const RaceStop& stop = raced.stops[0];
  EXPECT_EQ(stop.cell, 1u);
  EXPECT_EQ(stop.dominated_by, 0u);
  const Domination& evidence = stop.evidence;
  EXPECT_GT(evidence.accuracy.images, 30u);
  EXPECT_LT(evidence.accuracy.images, 300u);
  EXPECT_GT(evidence.accuracy.only_first, 0u);
  EXPECT_EQ(evidence.accuracy.only_second, 0u);
  EXPECT_EQ(evidence.dominating_payload_bytes, 50);
  EXPECT_NEAR(evidence.payload_bytes, 103, 1);
  EXPECT_LE(evidence.accuracy_p, evidence.accuracy_level);
  EXPECT_LE(evidence.payload_p, evidence.payload_level);
  EXPECT_DOUBLE_EQ(evidence.accuracy_level, 0.9 * 0.05 / 2);
  EXPECT_DOUBLE_EQ(evidence.payload_level, 0.1 * 0.05 / 4);
}

TEST(Race, StopsOnlyForOneThatWasRightAsOftenSoFar) {
  std::size_t stops = 0;
  for (std::uint64_t seed = 0; seed < 3; ++seed) {
    const RacedSweep raced = race(synthetic_sweep({6, 20, 2000}, seed), {0.05, 0.05}, seed);
    for (const RaceStop& stop : raced.stops) {
      EXPECT_GE(stop.evidence.accuracy.only_first, stop.evidence.accuracy.only_second);
    }
    stops += raced.stops.size();
  }
  EXPECT_GT(stops, 100U);
}

TEST(Race, NeverStopsACellThatHasStoppedAnother) {
  const SyntheticSweep sweep = synthetic_sweep({6, 20, 3000}, 4);
  const RacedSweep raced = race(sweep, {0.05, 0.02}, 4);
  ASSERT_FALSE(raced.stops.empty());
  for (const RaceStop& stop : raced.stops) EXPECT_TRUE(raced.remains[stop.dominated_by]);
}

TEST(Race, KeepsOneOfTwins) {
  SyntheticSweep sweep = synthetic_sweep({1, 1, 2000}, 1);
  sweep.groups.emplace_back();
  sweep.cells.push_back(sweep.cells[0]);
  const RacedSweep raced = race(sweep, {0.05, 0.05}, 1);
  EXPECT_EQ(raced.stops.size(), 1u);
}

TEST(Race, FreesTheCellsThatAFailedOneHasStopped) {
  Race contest({"", "", ""}, 1000, {0.05, 0.1});
  std::vector<RaceResults> batch(3);
  for (std::size_t c = 0; c < 3; ++c) {
    batch[c].correct.assign(100, 1);
    batch[c].payload_bytes.assign(100, 10.0 * static_cast<double>(c + 1));
  }
  std::vector<RaceStop> stops;
  for (int i = 0; i < 4; ++i) {
    const auto more = contest.advance(batch);
    stops.insert(stops.end(), more.begin(), more.end());
  }
  ASSERT_EQ(stops.size(), 2u);
  EXPECT_TRUE(contest.running(0));
  EXPECT_EQ(contest.withdraw(0).size(), 2u);
  for (std::size_t c = 0; c < 3; ++c) EXPECT_FALSE(contest.running(c));
}

TEST(Race, RefusesResultsThatDoNotFit) {
  Race contest({"", ""}, 10, {0.05, 0.1});
  const RaceResults two{{1, 0}, {5, 5}};
  EXPECT_THROW(contest.advance({two}), Error);
  EXPECT_THROW(contest.advance({two, {{1}, {5}}}), Error);
  EXPECT_THROW(contest.advance({two, {{1, 1}, {5}}}), Error);
  const RaceResults many{std::vector<std::uint8_t>(11, 1), std::vector<double>(11, 1)};
  EXPECT_THROW(contest.advance({many, many}), Error);
}

}  // namespace
}  // namespace splitbench
