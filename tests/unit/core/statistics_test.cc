#include "core/statistics.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "base/rng.h"

namespace splitbench {
namespace {

std::vector<double> one_to(int n) {
  std::vector<double> values(static_cast<std::size_t>(n));
  std::iota(values.begin(), values.end(), 1.0);
  return values;
}

// A count may differ from its expectation by 4 standard deviations of a binomial.
void expect_share(int hits, int trials, double probability) {
  const double deviation = std::sqrt(probability * (1 - probability) / trials);
  EXPECT_NEAR(static_cast<double>(hits) / trials, probability, 4 * deviation);
}

TEST(Quantile, InterpolatesAsNumpyDoes) {
  // numpy.quantile([15, 20, 35, 40, 50], [0, .05, .25, .4, .5, .95, 1])
  const std::vector<double> samples = {50, 15, 40, 20, 35};
  EXPECT_DOUBLE_EQ(quantile(samples, 0), 15);
  EXPECT_DOUBLE_EQ(quantile(samples, 0.05), 16);
  EXPECT_DOUBLE_EQ(quantile(samples, 0.25), 20);
  EXPECT_DOUBLE_EQ(quantile(samples, 0.4), 29);
  EXPECT_DOUBLE_EQ(quantile(samples, 0.95), 48);
  EXPECT_DOUBLE_EQ(quantile(samples, 1), 50);
  EXPECT_DOUBLE_EQ(median(samples), 35);
  EXPECT_DOUBLE_EQ(median({1, 2, 3, 10}), 2.5);
  EXPECT_DOUBLE_EQ(median({7}), 7);
  EXPECT_DOUBLE_EQ(mean({1, 2, 6}), 3);
}

TEST(MedianInterval, TakesTheTabulatedOrderStatistics) {
  // (n, rank of the lower end): the largest rank whose interval still covers 95 %.
  const std::pair<int, int> rows[] = {{6, 1},    {7, 1},    {10, 2},    {25, 8},
                                      {100, 40}, {101, 41}, {1000, 469}};
  for (const auto& [n, rank] : rows) {
    const Interval interval = median_ci95(one_to(n));
    EXPECT_EQ(interval.low, rank) << n;
    EXPECT_EQ(interval.high, n + 1 - rank) << n;
  }
}

TEST(MedianInterval, IsTheRangeWhenThereAreFewSamples) {
  for (int n = 1; n < 6; ++n) {
    const Interval interval = median_ci95(one_to(n));
    EXPECT_EQ(interval.low, 1);
    EXPECT_EQ(interval.high, n);
  }
}

TEST(MedianInterval, CoversTheMedianAsOftenAsItClaims) {
  // The exact coverage, 1 - 2 P(X < rank), X ~ Binomial(n, 1/2).
  const std::pair<std::size_t, double> rows[] = {{6, 0.96875}, {25, 0.95671}, {100, 0.96480}};
  constexpr int kTrials = 10000;
  Rng rng(7);
  for (const auto& [n, coverage] : rows) {
    int covered = 0;
    for (int trial = 0; trial < kTrials; ++trial) {
      std::vector<double> samples(n);
      // Skewed, as latencies are; the median of an exponential is ln 2.
      for (double& sample : samples) sample = -std::log(1 - rng.uniform());
      const Interval interval = median_ci95(samples);
      covered += interval.low <= std::log(2.0) && std::log(2.0) <= interval.high ? 1 : 0;
    }
    expect_share(covered, kTrials, coverage);
  }
}

TEST(MedianInterval, LongRunsAreQuickAndNarrow) {
  const Interval interval = median_ci95(one_to(1'000'000));
  EXPECT_NEAR(interval.low, 500'000 - 980, 3);
  EXPECT_NEAR(interval.high, 500'000 + 980, 3);
}

TEST(Summarise, KeepsSamplesInOrder) {
  const std::vector<double> samples = {3, 1, 2};
  const LatencySummary summary = summarise(samples);
  EXPECT_EQ(summary.samples, samples);
  EXPECT_DOUBLE_EQ(summary.median, 2);
  EXPECT_DOUBLE_EQ(summary.p95, 2.9);
  EXPECT_EQ(summary.ci95.low, 1);
  EXPECT_EQ(summary.ci95.high, 3);
}

TEST(PairedLoss, MatchesValuesWorkedOutByHand) {
  const PairedLoss loss = paired_loss({100, 15, 5});
  EXPECT_DOUBLE_EQ(loss.loss, 0.1);
  EXPECT_NEAR(loss.ci95.low, 0.009942397356103375, 1e-12);
  EXPECT_NEAR(loss.ci95.high, 0.18613603401644563, 1e-12);
  const PairedLoss small = paired_loss({500, 3, 0});
  EXPECT_DOUBLE_EQ(small.loss, 0.006);
  EXPECT_NEAR(small.ci95.low, -0.0027385425758644742, 1e-12);
  EXPECT_NEAR(small.ci95.high, 0.014690733810924235, 1e-12);
}

TEST(PairedLoss, IsAntisymmetricAndClipped) {
  const PairedLoss forth = paired_loss({50, 9, 4});
  const PairedLoss back = paired_loss({50, 4, 9});
  EXPECT_DOUBLE_EQ(forth.loss, -back.loss);
  EXPECT_DOUBLE_EQ(forth.ci95.low, -back.ci95.high);
  EXPECT_EQ(paired_loss({1, 1, 0}).ci95.high, 1);
  EXPECT_EQ(paired_loss({1, 0, 1}).ci95.low, -1);
  EXPECT_EQ(paired_loss({100, 0, 0}).loss, 0);
}

TEST(PairedLoss, CoversTheTrueDifference) {
  // P(only first) = 0.06, P(only second) = 0.03 on 200 images. The adjusted interval is known to
  // cover a little more or less than 95 %, so the bounds are wider than chance alone.
  constexpr int kTrials = 5000;
  Rng rng(11);
  int covered = 0;
  for (int trial = 0; trial < kTrials; ++trial) {
    PairedCounts counts{200, 0, 0};
    for (int image = 0; image < 200; ++image) {
      const double draw = rng.uniform();
      counts.only_first += draw < 0.06 ? 1 : 0;
      counts.only_second += draw >= 0.06 && draw < 0.09 ? 1 : 0;
    }
    const Interval interval = paired_loss(counts).ci95;
    covered += interval.low <= 0.03 && 0.03 <= interval.high ? 1 : 0;
  }
  EXPECT_NEAR(static_cast<double>(covered) / kTrials, 0.95, 0.015);
}

TEST(McNemar, MatchesExactBinomialSums) {
  EXPECT_NEAR(mcnemar_p({100, 10, 2}), 2 * (1 + 12 + 66) / 4096.0, 1e-12);
  EXPECT_NEAR(mcnemar_p({100, 1, 6}), 2 * (1 + 7) / 128.0, 1e-12);
  EXPECT_NEAR(mcnemar_p({5000, 1040, 960}), 0.07728689056266842, 1e-10);
  EXPECT_EQ(mcnemar_p({100, 5, 5}), 1);
  EXPECT_EQ(mcnemar_p({100, 0, 0}), 1);
  EXPECT_NEAR(mcnemar_p({100, 6, 0}), 2 / 64.0, 1e-12);
}

TEST(McNemar, SignOfTheDifferenceDoesNotMatter) {
  EXPECT_EQ(mcnemar_p({100, 12, 3}), mcnemar_p({100, 3, 12}));
}

// The Wilson bound by its definition: the proportion p, on the far side of the observed one, whose
// distance from it is z standard errors.
double wilson_bound(double observed, double n, double inside, double outside) {
  for (int step = 0; step < 200; ++step) {
    const double p = (inside + outside) / 2;
    const bool within = std::abs(observed - p) <= 1.959963984540054 * std::sqrt(p * (1 - p) / n);
    (within ? inside : outside) = p;
  }
  return inside;
}

TEST(Wilson, SolvesItsDefinition) {
  const std::pair<std::size_t, std::size_t> rows[] = {{45, 50}, {1, 10}, {447, 500}, {9300, 10000}};
  for (const auto& [successes, total] : rows) {
    const auto n = static_cast<double>(total);
    const double observed = static_cast<double>(successes) / n;
    const Interval interval = wilson_ci95(successes, total);
    EXPECT_NEAR(interval.low, wilson_bound(observed, n, observed, 0), 1e-9);
    EXPECT_NEAR(interval.high, wilson_bound(observed, n, observed, 1), 1e-9);
  }
}

TEST(Wilson, StaysInsideTheUnitIntervalAtTheEnds) {
  const Interval none = wilson_ci95(0, 20);
  EXPECT_NEAR(none.low, 0, 1e-12);
  EXPECT_GT(none.high, 0.1);
  const Interval all = wilson_ci95(20, 20);
  EXPECT_NEAR(all.high, 1, 1e-12);
  EXPECT_LT(all.low, 0.9);
}

}  // namespace
}  // namespace splitbench
