#include "codec/entropy/frequency_table.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "base/rng.h"
#include "support/codec_samples.h"

namespace splitbench {
namespace {

using testing::bad_input_message;

std::vector<std::uint32_t> frequencies_of(const FrequencyTable& table) {
  std::vector<std::uint32_t> frequencies;
  for (unsigned symbol = 0; symbol < table.size(); ++symbol) {
    frequencies.push_back(table.frequency(symbol));
  }
  return frequencies;
}

TEST(FrequencyTable, RefusesWhatDoesNotAddUp) {
  bad_input_message([] { FrequencyTable({}, 4); });
  bad_input_message([] { FrequencyTable({15}, 4); });
  bad_input_message([] { FrequencyTable({17}, 4); });
  bad_input_message([] { FrequencyTable({8, 9}, 4); });
  bad_input_message([] { FrequencyTable({0xffffffffU, 17}, 4); });  // 16 in 32 bits
  bad_input_message([] { FrequencyTable({1}, 0); });
  bad_input_message([] { FrequencyTable({1U << 17}, 17); });
  std::vector<std::uint32_t> too_many((1U << 16) + 1);
  too_many.back() = 16;
  bad_input_message([&] { FrequencyTable(too_many, 4); });
}

TEST(FrequencyTable, FindsTheSymbolOfEverySlot) {
  const FrequencyTable table({0, 3, 0, 4, 1, 0}, 3);
  const std::vector<unsigned> symbols = {1, 1, 1, 3, 3, 3, 3, 4};
  for (std::uint32_t slot = 0; slot < symbols.size(); ++slot) {
    EXPECT_EQ(table.symbol_at(slot), symbols[slot]);
  }
  EXPECT_EQ(table.start(4), 7U);
  EXPECT_DOUBLE_EQ(table.cost(3), 1);
  EXPECT_DOUBLE_EQ(table.cost(4), 3);
  EXPECT_EQ(table.cost(0), std::numeric_limits<double>::infinity());
}

TEST(FrequencyTable, CountsBecomeFrequencies) {
  EXPECT_EQ(frequencies_of(FrequencyTable::from_counts({1, 2, 1}, 4)),
            (std::vector<std::uint32_t>{4, 8, 4}));
  EXPECT_EQ(frequencies_of(FrequencyTable::from_counts({0, 1e9, 0}, 8)),
            (std::vector<std::uint32_t>{1, 254, 1}));
  EXPECT_EQ(frequencies_of(FrequencyTable::from_counts({7}, 16)),
            (std::vector<std::uint32_t>{1U << 16}));
  EXPECT_EQ(frequencies_of(FrequencyTable::from_counts({5, 0, 0, 0}, 2)),
            (std::vector<std::uint32_t>{1, 1, 1, 1}));
}

TEST(FrequencyTable, StandsExtremeCounts) {
  constexpr double kMax = std::numeric_limits<double>::max();
  constexpr double kMin = std::numeric_limits<double>::denorm_min();
  EXPECT_EQ(frequencies_of(FrequencyTable::from_counts({kMax, kMax}, 4)),
            (std::vector<std::uint32_t>{8, 8}));
  EXPECT_EQ(frequencies_of(FrequencyTable::from_counts({kMin, kMin}, 4)),
            (std::vector<std::uint32_t>{8, 8}));
  EXPECT_EQ(frequencies_of(FrequencyTable::from_counts({kMax, kMin, 0}, 4)),
            (std::vector<std::uint32_t>{14, 1, 1}));
  EXPECT_EQ(FrequencyTable::from_counts(std::vector<double>(1U << 16, kMin), 16).size(), 1U << 16);
}

TEST(FrequencyTable, RefusesCountsWithoutMeaning) {
  for (const std::vector<double>& counts :
       {std::vector<double>{}, std::vector<double>{0, 0}, std::vector<double>{1, -1},
        std::vector<double>{1, std::numeric_limits<double>::quiet_NaN()},
        std::vector<double>{1, std::numeric_limits<double>::infinity()},
        std::vector<double>(5, 1.0)}) {
    bad_input_message([&] { FrequencyTable::from_counts(counts, 2); });
  }
  bad_input_message([] { FrequencyTable::from_counts({1}, 0); });
  bad_input_message([] { FrequencyTable::from_counts({1}, 17); });
}

// Against all tables of the same sum: none codes the counts in clearly fewer bits.
TEST(FrequencyTable, CodesItsCountsInTheFewestBits) {
  constexpr unsigned kPrecision = 5;
  const auto bits = [](const std::vector<double>& counts, const FrequencyTable& table) {
    double sum = 0;
    for (unsigned symbol = 0; symbol < counts.size(); ++symbol) {
      sum += counts[symbol] * table.cost(symbol);
    }
    return sum;
  };
  Rng rng(8);
  for (int round = 0; round < 50; ++round) {
    std::vector<double> counts;
    for (int i = 0; i < 3; ++i) counts.push_back(std::exp(6 * rng.uniform()));
    double best = std::numeric_limits<double>::infinity();
    for (std::uint32_t a = 1; a < 31; ++a) {
      for (std::uint32_t b = 1; a + b < 32; ++b) {
        best = std::min(best, bits(counts, FrequencyTable({a, b, 32 - a - b}, kPrecision)));
      }
    }
    EXPECT_LE(bits(counts, FrequencyTable::from_counts(counts, kPrecision)), 1.0005 * best);
  }
}

}  // namespace
}  // namespace splitbench
