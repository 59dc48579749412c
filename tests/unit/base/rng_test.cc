#include "base/rng.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <numeric>

namespace splitbench {
namespace {

TEST(Rng, IsTheStandardEngine) {
  // The 10000th number of a default-seeded std::mt19937_64, fixed by the C++ standard.
  Rng rng(5489);
  std::uint64_t value = 0;
  for (int i = 0; i < 10000; ++i) value = rng.next();
  EXPECT_EQ(value, 9981545732273789042u);
}

TEST(Rng, BelowStaysBelowAndIsUniform) {
  Rng rng(1);
  std::array<int, 7> counts{};
  constexpr int kDraws = 70000;
  for (int i = 0; i < kDraws; ++i) ++counts.at(rng.below(7));
  // 5 standard deviations of a binomial with p = 1/7.
  for (const int count : counts) EXPECT_NEAR(count, kDraws / 7, 5 * 93);
  EXPECT_EQ(rng.below(1), 0u);
}

TEST(Rng, UniformCoversTheUnitInterval) {
  Rng rng(2);
  double sum = 0;
  for (int i = 0; i < 10000; ++i) {
    const double value = rng.uniform();
    ASSERT_GE(value, 0);
    ASSERT_LT(value, 1);
    sum += value;
  }
  EXPECT_NEAR(sum / 10000, 0.5, 0.015);
}

TEST(Rng, ShuffleIsAPermutationFixedByTheSeed) {
  std::vector<int> items(100);
  std::iota(items.begin(), items.end(), 0);
  std::vector<int> once = items;
  std::vector<int> again = items;
  std::vector<int> other = items;
  Rng(3).shuffle(once);
  Rng(3).shuffle(again);
  Rng(4).shuffle(other);
  EXPECT_EQ(once, again);
  EXPECT_NE(once, other);
  EXPECT_NE(once, items);
  std::sort(once.begin(), once.end());
  EXPECT_EQ(once, items);
}

TEST(Rng, ShuffleReachesEveryOrderEquallyOften) {
  Rng rng(5);
  std::array<int, 6> counts{};
  for (int i = 0; i < 6000; ++i) {
    std::vector<int> items = {0, 1, 2};
    rng.shuffle(items);
    const int order = items[0] * 2 + (items[1] > items[2] ? 1 : 0);
    ++counts.at(static_cast<std::size_t>(order));
  }
  for (const int count : counts) EXPECT_NEAR(count, 1000, 5 * 29);
}

}  // namespace
}  // namespace splitbench
