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
      sweep.images.push_back({!hard, hard ? 0 : 1});
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
    sweep.images.push_back({i % 2 == 0, 0});
  }
  const RacedSweep raced = race(sweep, {0.05, 0.01}, 3);
  ASSERT_EQ(raced.stops.size(), 1u);
  const RaceStop& stop = raced.stops[0];
  EXPECT_EQ(stop.cell, 1u);
  EXPECT_EQ(stop.dominated_by, 0u);
  const Domination& evidence = stop.evidence;
  // After the fair batches it has seen some of what the model gets wrong, where it gains nothing.
  EXPECT_GT(evidence.accuracy.images, 32u);
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

TEST(Race, StopsHardlyAnyForOneThatIsLessAccurate) {
  // Far within the margin, which allows for five points.
  std::size_t stops = 0, worse = 0;
  for (std::uint64_t seed = 0; seed < 3; ++seed) {
    const SyntheticSweep sweep = synthetic_sweep({6, 20, 2000}, seed);
    const std::vector<Totals> all = totals(sweep);
    for (const RaceStop& stop : race(sweep, {0.05, 0.05}, seed).stops) {
      ++stops;
      worse += all[stop.dominated_by].correct + 20 < all[stop.cell].correct ? 1 : 0;
    }
  }
  EXPECT_GT(stops, 200U);
  EXPECT_LT(worse, stops / 20);
}

TEST(Race, LooksFirstAtWhatTheModelGetsWrong) {
  // The model is wrong on one of ten, and each cell is like it but for one image.
  SyntheticSweep sweep;
  const std::size_t images = 2000, cells = 20;
  for (std::size_t i = 0; i < images; ++i) sweep.images.push_back({i % 10 != 0, 0});
  for (std::size_t c = 0; c < cells; ++c) {
    RaceResults results;
    for (std::size_t i = 0; i < images; ++i) {
      results.correct.push_back(sweep.images[i].solved && i != 7 * c + 1 ? 1 : 0);
      results.payload_bytes.push_back(100.0 * static_cast<double>(c + 1));
    }
    sweep.cells.push_back(std::move(results));
    sweep.groups.emplace_back();
  }
  const RacedSweep raced = race(sweep, {0.05, 0.01}, 1);
  EXPECT_GE(raced.stops.size(), cells - 2);
  for (const RaceStop& stop : raced.stops) {
    EXPECT_LE(stop.evidence.accuracy.images, 32 + images / 10);
  }
}

// Without labels the model is right by definition: nothing can be more accurate than a cell that
// always agrees.
TEST(Race, NeedsOnlyBytesAgainstACellThatIsAlwaysRight) {
  SyntheticSweep sweep = synthetic_sweep({4, 10, 1000}, 2);
  for (RaceImage& image : sweep.images) image.solved = true;
  sweep.groups.emplace_back();
  sweep.cells.push_back({std::vector<std::uint8_t>(1000, 1), std::vector<double>(1000, 1)});
  const RacedSweep raced = race(sweep, {0.05, 0}, 1);
  EXPECT_EQ(raced.stops.size(), sweep.cells.size() - 1);
  EXPECT_LT(raced.executions, 1000 + 40 * (32 + 2 * 17));
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

// Three cells on 160 images that are answered rightly, at 10, 20 and 30 bytes.
struct Plain {
  std::vector<RaceImage> images = std::vector<RaceImage>(160, RaceImage{true, 0});
  std::vector<std::vector<std::size_t>> batches = race_batches(images, 1);
  Race race{{"", "", ""}, race_order_of(images, batches), {0.05, 0.1}};

  std::vector<RaceResults> results() const {
    std::vector<RaceResults> results(3);
    for (const RaceStep& step : race.next()) {
      const std::size_t count = batches[step.batch].size();
      results[step.cell].correct.assign(count, 1);
      results[step.cell].payload_bytes.assign(count, 10.0 * static_cast<double>(step.cell + 1));
    }
    return results;
  }
};

TEST(Race, GoesOnWithoutACellThatFails) {
  Plain plain;
  plain.race.advance(plain.results());
  plain.race.advance(plain.results());
  ASSERT_EQ(plain.race.next().size(), 1u) << "the cheapest leads";
  plain.race.withdraw(0);
  EXPECT_FALSE(plain.race.running(0));
  EXPECT_TRUE(plain.race.next().empty());
  plain.race.advance(plain.results());
  EXPECT_EQ(plain.race.next().size(), 2u);
  while (!plain.race.next().empty()) plain.race.advance(plain.results());
  EXPECT_TRUE(plain.race.running(1));
}

TEST(Race, RefusesResultsThatDoNotFit) {
  Plain plain;
  std::vector<RaceResults> results = plain.results();
  results.pop_back();
  EXPECT_THROW(plain.race.advance(results), Error);
  results = plain.results();
  results[1].correct.pop_back();
  EXPECT_THROW(plain.race.advance(results), Error);
  results = plain.results();
  results[1].payload_bytes.push_back(1);
  EXPECT_THROW(plain.race.advance(results), Error);
  EXPECT_TRUE(plain.race.advance(plain.results()).empty());
}

}  // namespace
}  // namespace splitbench
