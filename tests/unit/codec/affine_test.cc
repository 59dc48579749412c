#include "codec/affine.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "base/error.h"
#include "base/rng.h"

namespace splitbench {
namespace {

constexpr float kMax = std::numeric_limits<float>::max();

TEST(FiniteRange, FindsEndsAtEveryPosition) {
  for (std::size_t count = 1; count < 70; ++count) {
    for (std::size_t at = 0; at < count; ++at) {
      std::vector<float> values(count, 1.5F);
      values[at] = -2;
      values[(at + 1) % count] = count == 1 ? -2.0F : 7.0F;
      const AffineRange range = finite_range(values.data(), count);
      EXPECT_EQ(range.minimum, -2);
      EXPECT_EQ(range.maximum, count == 1 ? -2 : 7);
    }
  }
}

TEST(FiniteRange, RefusesNonFiniteAtEveryPosition) {
  for (const float bad :
       {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(),
        -std::numeric_limits<float>::infinity()}) {
    for (std::size_t at = 0; at < 37; ++at) {
      std::vector<float> values(37, 1.0F);
      values[at] = bad;
      EXPECT_THROW(finite_range(values.data(), values.size()), Error);
    }
  }
}

TEST(FiniteRange, TakesNegativeZeroAsZero) {
  const std::vector<float> values = {-0.0F, 0.0F, -0.0F};
  const AffineRange range = finite_range(values.data(), values.size());
  EXPECT_FALSE(std::signbit(range.minimum));
  EXPECT_FALSE(std::signbit(range.maximum));
}

TEST(Quantise, RoundsHalfUpAndReconstructsTheGrid) {
  const std::vector<float> values = {0, 0.49F, 0.5F, 1, 2.5F, 3};
  std::vector<std::uint8_t> symbols(values.size());
  quantise(values.data(), values.size(), {0, 3}, 3, symbols.data());
  EXPECT_EQ(symbols, (std::vector<std::uint8_t>{0, 0, 1, 1, 3, 3}));
  std::vector<float> back(values.size());
  dequantise(symbols.data(), symbols.size(), {0, 3}, 3, back.data());
  EXPECT_EQ(back, (std::vector<float>{0, 0, 1, 1, 3, 3}));
}

// Ends come back exactly and nothing is off by more than half a step, whatever the bits.
TEST(Quantise, StaysWithinHalfAStep) {
  Rng rng(7);
  for (unsigned bits = 1; bits <= 16; ++bits) {
    const unsigned top = (1U << bits) - 1;
    const AffineRange range{-3.25F, 9.5F};
    std::vector<float> values = {range.minimum, range.maximum};
    for (int i = 0; i < 500; ++i) {
      values.push_back(static_cast<float>(-3.25 + 12.75 * rng.uniform()));
    }
    std::vector<std::uint16_t> symbols(values.size());
    quantise(values.data(), values.size(), range, top, symbols.data());
    EXPECT_LE(*std::max_element(symbols.begin(), symbols.end()), top);
    std::vector<float> back(values.size());
    dequantise(symbols.data(), symbols.size(), range, top, back.data());
    EXPECT_EQ(back[0], range.minimum);
    EXPECT_EQ(back[1], range.maximum);
    const double half_step = 12.75 / top / 2;
    for (std::size_t i = 0; i < values.size(); ++i) {
      EXPECT_LE(std::fabs(back[i] - values[i]), half_step * 1.0001 + 1e-6) << bits << " bits";
    }
  }
}

TEST(Quantise, SurvivesExtremeRanges) {
  const float tiny = std::numeric_limits<float>::denorm_min();
  for (const AffineRange range : {AffineRange{-kMax, kMax}, AffineRange{0, tiny},
                                  AffineRange{kMax / 2, kMax}, AffineRange{-tiny, tiny}}) {
    for (const unsigned top : {1U, 255U, 65535U}) {
      const float values[] = {range.minimum, range.maximum};
      std::uint16_t symbols[2];
      quantise(values, 2, range, top, symbols);
      EXPECT_EQ(symbols[0], 0);
      EXPECT_EQ(symbols[1], top);
      float back[2];
      dequantise(symbols, 2, range, top, back);
      EXPECT_EQ(back[0], range.minimum);
      EXPECT_EQ(back[1], range.maximum);
    }
  }
}

TEST(Quantise, KeepsAConstant) {
  const float values[] = {4.2F, 4.2F, 4.2F};
  std::uint8_t symbols[] = {9, 9, 9};
  quantise(values, 3, {4.2F, 4.2F}, 255, symbols);
  float back[3];
  dequantise(symbols, 3, {4.2F, 4.2F}, 255, back);
  for (const float value : back) EXPECT_EQ(value, 4.2F);
}

TEST(AffineRangeStream, RefusesWhatNoEncoderWrites) {
  const auto read = [](float minimum, float maximum) {
    ByteWriter writer;
    write_range(writer, {minimum, maximum});
    ByteReader reader(writer.bytes(), "test");
    return read_range(reader, "test");
  };
  EXPECT_EQ(read(-1, 2).maximum, 2);
  EXPECT_THROW(read(2, -1), Error);
  EXPECT_THROW(read(0, std::numeric_limits<float>::infinity()), Error);
  EXPECT_THROW(read(std::numeric_limits<float>::quiet_NaN(), 0), Error);
}

}  // namespace
}  // namespace splitbench
