#include "core/rate_search.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "base/rng.h"

namespace splitbench {
namespace {

constexpr double kChance = 0.8;
constexpr double kNoLoss = 0.005;
const double kSpan = std::log(kChance / kNoLoss);  // of a front

// Payload doubles every 12 values; the loss falls from chance to none around `knee`.
RatePoint sigmoid(std::size_t value, double knee, double width) {
  const auto x = static_cast<double>(value);
  return {100 * std::exp2(x / 12), kChance / (1 + std::exp((x - knee) / width))};
}

using Curve = std::function<std::optional<RatePoint>(std::size_t)>;

// The values that were measured, in order of choice.
std::vector<std::size_t> chosen_values(std::size_t values, std::size_t points, const Curve& curve) {
  RateSearch search(values, {points, kNoLoss, kChance});
  std::vector<std::size_t> chosen;
  while (const auto value = search.next()) {
    chosen.push_back(*value);
    search.add(*value, curve(*value));
    EXPECT_LE(chosen.size(), values) << "no value twice";
    if (chosen.size() > values) break;
  }
  return chosen;
}

// The logarithm of a loss, where it lies between no loss and chance.
double log_loss(double loss) { return std::log(std::clamp(loss, kNoLoss, kChance)); }

// The largest step in it between neighbours.
double largest_loss_step(std::vector<std::size_t> chosen, const Curve& curve) {
  std::sort(chosen.begin(), chosen.end());
  double largest = 0;
  for (std::size_t i = 1; i < chosen.size(); ++i) {
    largest =
        std::max(largest, log_loss(curve(chosen[i - 1])->loss) - log_loss(curve(chosen[i])->loss));
  }
  return largest;
}

TEST(RateSearch, StartsAtTheEndsAndMeetsInTheMiddle) {
  const Curve line = [](std::size_t value) {
    const auto x = static_cast<double>(value);
    return RatePoint{std::exp(x), kChance * std::exp(-kSpan * x / 64)};
  };
  EXPECT_EQ(chosen_values(65, 5, line), (std::vector<std::size_t>{64, 0, 32, 16, 48}));
}

TEST(RateSearch, CoversEveryFrontEvenly) {
  for (const double knee : {10.0, 35.0, 50.0, 80.0}) {
    for (const double width : {1.0, 4.0, 10.0}) {
      const Curve curve = [&](std::size_t value) { return sigmoid(value, knee, width); };
      const auto chosen = chosen_values(100, 16, curve);
      EXPECT_LE(chosen.size(), 16u);
      // A grid of 16 values steps over a knee of width 1 at once; no two neighbouring values may be
      // closer than the curve's own steepest step.
      const double steepest = 1 / width;
      EXPECT_LE(largest_loss_step(chosen, curve), std::max(0.25 * kSpan, 1.1 * steepest))
          << "knee " << knee << ", width " << width;
    }
  }
}

TEST(RateSearch, SpendsFewPointsWhereNothingIsToBeFound) {
  const Curve curve = [](std::size_t value) { return sigmoid(value, 50, 2); };
  const auto chosen = chosen_values(100, 16, curve);
  const auto useless = std::count_if(chosen.begin(), chosen.end(), [&](std::size_t value) {
    const double loss = curve(value)->loss;
    return loss < kNoLoss || loss > 0.99 * kChance;
  });
  EXPECT_LE(useless, 8) << "the ends and the bisection towards the knee";
}

TEST(RateSearch, CoversWhatIsMeasuredWithNoise) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    std::vector<RatePoint> noisy;
    Rng rng(seed);
    for (std::size_t value = 0; value < 100; ++value) {
      noisy.push_back(sigmoid(value, 45, 6));
      noisy.back().loss += 0.04 * (rng.uniform() - 0.5);
    }
    const auto chosen = chosen_values(100, 16, [&](std::size_t value) { return noisy[value]; });
    const Curve truth = [](std::size_t value) { return sigmoid(value, 45, 6); };
    EXPECT_LE(largest_loss_step(chosen, truth), 0.3 * kSpan) << "seed " << seed;
  }
}

TEST(RateSearch, StopsWhereAllIsLosslessOrAllIsLost) {
  const Curve lossless = [](std::size_t value) {
    return RatePoint{100 + static_cast<double>(value), 0};
  };
  EXPECT_EQ(chosen_values(50, 10, lossless).size(), 2u);
  const Curve lost = [](std::size_t value) {
    return RatePoint{100 + static_cast<double>(value), 0.9};
  };
  EXPECT_EQ(chosen_values(50, 10, lost).size(), 2u);
}

TEST(RateSearch, TakesAllOfAShortAxisAndNoMore) {
  const Curve curve = [](std::size_t value) { return sigmoid(8 * value, 16, 8); };
  auto chosen = chosen_values(5, 10, curve);
  std::sort(chosen.begin(), chosen.end());
  EXPECT_EQ(chosen, (std::vector<std::size_t>{0, 1, 2, 3, 4}));
  EXPECT_EQ(chosen_values(5, 1, curve), (std::vector<std::size_t>{4}));
  EXPECT_TRUE(chosen_values(5, 0, curve).empty());
  EXPECT_EQ(chosen_values(1, 10, curve), (std::vector<std::size_t>{0}));
}

TEST(RateSearch, GoesRoundValuesThatCannotBeMeasured) {
  const Curve curve = [](std::size_t value) -> std::optional<RatePoint> {
    if (value % 2 == 1) return std::nullopt;
    return sigmoid(value, 45, 10);
  };
  RateSearch search(100, {8, kNoLoss, kChance});
  std::size_t measured = 0, tried = 0;
  while (const auto value = search.next()) {
    const auto point = curve(*value);
    search.add(*value, point);
    measured += point ? 1 : 0;
    ASSERT_LE(++tried, 100u);
  }
  EXPECT_EQ(measured, 8u);
  EXPECT_TRUE(RateSearch(1, {8, kNoLoss, kChance}).next());
  RateSearch none(2, {8, kNoLoss, kChance});
  none.add(0, std::nullopt);
  none.add(1, std::nullopt);
  EXPECT_FALSE(none.next());
}

TEST(RateSearch, GivesUpWhenTooManyValuesCannotBeMeasured) {
  EXPECT_EQ(chosen_values(100, 8, [](std::size_t) { return std::nullopt; }),
            (std::vector<std::size_t>{99, 98}));
  const auto one_end = chosen_values(100, 8, [](std::size_t value) -> std::optional<RatePoint> {
    if (value < 99) return std::nullopt;
    return RatePoint{100, 0};
  });
  EXPECT_EQ(one_end, (std::vector<std::size_t>{99, 0, 1, 2})) << "three against one";
}

TEST(RateSearch, CoversAFrontWhosePayloadIsNotMonotone) {
  const Curve dented = [](std::size_t value) {
    RatePoint point = sigmoid(value, 45, 10);
    if (value % 7 == 3) point.payload_bytes *= 1.5;
    return point;
  };
  const auto chosen = chosen_values(100, 16, dented);
  EXPECT_EQ(chosen, chosen_values(100, 16, dented)) << "it is deterministic";
  EXPECT_LE(largest_loss_step(chosen, dented), 0.25 * kSpan);
}

}  // namespace
}  // namespace splitbench
