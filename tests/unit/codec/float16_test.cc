#include "codec/float16.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>

#include "base/rng.h"

namespace splitbench {
namespace {

std::uint16_t half(float value) {
  std::uint16_t result = 0;
  float_to_half(&value, 1, &result);
  return result;
}

float single(std::uint16_t value) {
  float result = 0;
  half_to_float(&value, 1, &result);
  return result;
}

TEST(Float16, KnownValues) {
  EXPECT_EQ(half(0.0F), 0x0000);
  EXPECT_EQ(half(-0.0F), 0x8000);
  EXPECT_EQ(half(1.0F), 0x3c00);
  EXPECT_EQ(half(-2.0F), 0xc000);
  EXPECT_EQ(half(65504.0F), 0x7bff);
  EXPECT_EQ(half(0x1p-14F), 0x0400);
  EXPECT_EQ(half(0x1p-24F), 0x0001);
  EXPECT_EQ(half(0.333333F), 0x3555);
}

TEST(Float16, TiesGoToEven) {
  EXPECT_EQ(half(1 + 0x1p-11F), 0x3c00);
  EXPECT_EQ(half(1 + 3 * 0x1p-11F), 0x3c02);
  EXPECT_EQ(half(0x1p-25F), 0x0000);
  EXPECT_EQ(half(3 * 0x1p-25F), 0x0002);
}

TEST(Float16, FiniteValuesSaturateAndInfinitiesStay) {
  const float infinity = std::numeric_limits<float>::infinity();
  EXPECT_EQ(single(half(65519.0F)), 65504.0F);
  EXPECT_EQ(single(half(65520.0F)), 65504.0F);
  EXPECT_EQ(single(half(-1e30F)), -65504.0F);
  EXPECT_EQ(single(half(infinity)), infinity);
  EXPECT_EQ(single(half(-infinity)), -infinity);
  EXPECT_TRUE(std::isnan(single(half(std::numeric_limits<float>::quiet_NaN()))));
}

TEST(Float16, EveryHalfComesBack) {
  for (unsigned bits = 0; bits <= 0xffff; ++bits) {
    const float value = single(static_cast<std::uint16_t>(bits));
    if (std::isnan(value)) continue;
    EXPECT_EQ(half(value), bits);
  }
}

// The result is no farther than its two neighbours among the halves.
TEST(Float16, RoundsToNearest) {
  Rng rng(11);
  for (int i = 0; i < 100'000; ++i) {
    const float value =
        static_cast<float>(std::ldexp(rng.uniform() * 2 - 1, static_cast<int>(rng.below(44)) - 28));
    if (std::fabs(value) > 65504) continue;
    const std::uint16_t result = half(value);
    const double error = std::fabs(static_cast<double>(single(result)) - value);
    for (const int step : {-1, 1}) {
      const auto neighbour = static_cast<std::uint16_t>(result + step);
      if ((neighbour & 0x7fff) >= 0x7c00) continue;
      EXPECT_LE(error, std::fabs(static_cast<double>(single(neighbour)) - value)) << value;
    }
  }
}

}  // namespace
}  // namespace splitbench
