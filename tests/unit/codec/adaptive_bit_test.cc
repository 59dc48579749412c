#include "codec/entropy/adaptive_bit.h"

#include <gtest/gtest.h>

#include <cstdint>

#include "base/rng.h"

namespace splitbench {
namespace {

TEST(AdaptiveBit, IntervalsShareAllSlots) {
  for (std::uint32_t probability = 0; probability <= AdaptiveBit::kOne; probability += 64) {
    const AdaptiveBit model(probability);
    for (unsigned precision = 1; precision <= kMaxIntervalPrecision; ++precision) {
      const CodeInterval zero = model.interval(false, precision);
      const CodeInterval one = model.interval(true, precision);
      ASSERT_EQ(zero.start, 0);
      ASSERT_GE(zero.frequency, 1);
      ASSERT_GE(one.frequency, 1);
      ASSERT_EQ(one.start, zero.frequency);
      ASSERT_EQ(zero.frequency + one.frequency, 1 << precision);
      const double total = 1U << precision;
      ASSERT_NEAR(zero.frequency / total, model.probability_of_zero() / double{AdaptiveBit::kOne},
                  1 / total);
    }
  }
}

TEST(AdaptiveBit, ApproachesTheShareOfZeros) {
  Rng rng(6);
  for (const double share : {0.02, 0.3, 0.9}) {
    AdaptiveBit model;
    double mean = 0;
    for (int i = 0; i < 20000; ++i) {
      model.update(rng.uniform() >= share);
      if (i >= 1000) mean += model.probability_of_zero() / double{AdaptiveBit::kOne} / 19000;
    }
    EXPECT_NEAR(mean, share, 0.01);
  }
}

TEST(AdaptiveBit, LearnsFastAtFirst) {
  AdaptiveBit model;
  EXPECT_EQ(model.probability_of_zero(), AdaptiveBit::kOne / 2);
  for (int i = 0; i < 10; ++i) model.update(false);
  EXPECT_GT(model.probability_of_zero(), AdaptiveBit::kOne * 9 / 10);
}

TEST(AdaptiveBit, HoldsOnToWhatItIsGiven) {
  AdaptiveBit firm(60000, 1000), loose(60000, 0);
  firm.update(true);
  loose.update(true);
  EXPECT_GT(firm.probability_of_zero(), 58000U);
  EXPECT_LT(loose.probability_of_zero(), 31000U);
}

TEST(AdaptiveBit, IsNeverCertain) {
  for (const std::uint32_t start : {0U, 1U, AdaptiveBit::kOne / 2, AdaptiveBit::kOne}) {
    for (const bool bit : {false, true}) {
      for (const unsigned decisions : {0U, 1000U}) {
        AdaptiveBit model(start, decisions);
        for (int i = 0; i < 10000; ++i) {
          ASSERT_GE(model.probability_of_zero(), 1U);
          ASSERT_LT(model.probability_of_zero(), AdaptiveBit::kOne);
          model.update(bit);
        }
      }
    }
  }
}

// Turning all decisions round turns the probability round: neither value is favoured.
TEST(AdaptiveBit, TreatsBothValuesAlike) {
  Rng rng(7);
  AdaptiveBit model, mirror;
  for (int i = 0; i < 1000; ++i) {
    const bool bit = rng.below(5) == 0;
    model.update(bit);
    mirror.update(!bit);
    ASSERT_NEAR(model.probability_of_zero(), AdaptiveBit::kOne - mirror.probability_of_zero(), 2);
  }
}

}  // namespace
}  // namespace splitbench
