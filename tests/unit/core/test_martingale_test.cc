#include "core/test_martingale.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "base/rng.h"
#include "core/race_batches.h"

namespace splitbench {
namespace {

double mean(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

// How often, of `runs` orders, the test rejects at `level` that the mean is at most `null_mean`.
double rejections(const std::vector<double>& values, const std::vector<RaceImage>& images,
                  double null_mean, double level, int runs) {
  int rejected = 0;
  for (int run = 0; run < runs; ++run) {
    TestMartingale test(values.size(), null_mean, -1);
    const auto batches = race_batches(images, static_cast<std::uint64_t>(run));
    for (std::size_t b = 0; b + 1 < batches.size(); ++b) {
      std::vector<double> batch;
      for (const std::size_t i : batches[b]) batch.push_back(values[i]);
      test.bet(batch);
    }
    rejected += test.log_evidence() >= -std::log(level) ? 1 : 0;
  }
  return static_cast<double>(rejected) / runs;
}

// Differences of two cells that are right equally often, on other images.
struct Population {
  std::vector<double> values;
  std::vector<RaceImage> images;
};
Population balanced(std::size_t images, double discordant, bool stratified) {
  Rng rng(5);
  Population population;
  for (std::size_t i = 0; i < images; ++i) {
    const bool differs = rng.uniform() < discordant;
    const double value = differs ? (i % 2 == 0 ? 1 : -1) : 0;
    population.values.push_back(value);
    // Where strata know the answer, each has a mean of its own.
    population.images.push_back({true, stratified ? static_cast<int>(value) : 0});
  }
  return population;
}

TEST(TestMartingale, RejectsATrueNullAsRarelyAsPromised) {
  const int runs = 2000;
  for (const double level : {0.5, 0.1, 0.02}) {
    const double tolerance = 3 * std::sqrt(level * (1 - level) / runs);
    for (const double discordant : {0.02, 0.3, 1.0}) {
      const Population even = balanced(333, discordant, false);
      EXPECT_LE(rejections(even.values, even.images, mean(even.values), level, runs),
                level + tolerance)
          << discordant;
      const Population strata = balanced(333, discordant, true);
      EXPECT_LE(rejections(strata.values, strata.images, mean(strata.values), level, runs),
                level + tolerance)
          << "in strata, " << discordant;
    }
  }
}

TEST(TestMartingale, RejectsAFalseNull) {
  const Population even = balanced(2000, 0.1, false);
  EXPECT_GE(rejections(even.values, even.images, mean(even.values) - 0.08, 1e-4, 50), 0.95);
}

TEST(TestMartingale, IsCertainOnceTheRestCannotMakeUpForIt) {
  TestMartingale test(100, -0.1, -1);
  test.bet(std::vector<double>(90, 0));
  test.bet({0});
  EXPECT_EQ(test.log_evidence(), INFINITY);
}

TEST(TestMartingale, NeedsNothingBetAfterNothingSeen) {
  TestMartingale unbounded(100, 0, std::nullopt);
  unbounded.bet({5, 7, 9});
  EXPECT_EQ(unbounded.log_evidence(), 0);
  unbounded.bet({6, 8});
  EXPECT_GT(unbounded.log_evidence(), 0);
}

TEST(TestMartingale, TakesAConstantForGranted) {
  TestMartingale test(1000, 0, std::nullopt);
  test.observe(12, 3);
  test.bet({12});
  EXPECT_EQ(test.log_evidence(), INFINITY);
  TestMartingale equal(1000, 0, std::nullopt);
  equal.observe(0, 3);
  equal.bet({0});
  EXPECT_EQ(equal.log_evidence(), INFINITY) << "no more than the null's edge is no more";
}

TEST(TestMartingale, LosesAllToAValueBelowTheBound) {
  TestMartingale test(1000, 0, std::nullopt);
  test.observe(9, 1);
  test.observe(11, 1);
  test.bet({10});
  const double evidence = test.log_evidence();
  test.bet({-1e9});
  for (int i = 0; i < 50; ++i) test.bet({10});
  EXPECT_EQ(test.log_evidence(), evidence);
}

}  // namespace
}  // namespace splitbench
