#include "codec/entropy/nibble_table.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>

#include "base/rng.h"

namespace splitbench {
namespace {

using Counts = std::array<double, kNibbles>;

// Gains are compared by the first terms of a series.
constexpr double kTolerance = 1e-4;

void expect_valid(const NibbleFrequencies& frequencies, unsigned precision) {
  EXPECT_EQ(std::accumulate(frequencies.begin(), frequencies.end(), 0), 1 << precision);
  EXPECT_GE(*std::min_element(frequencies.begin(), frequencies.end()), 1);
}

double bits(const Counts& counts, const NibbleFrequencies& frequencies) {
  double sum = 0;
  for (std::size_t i = 0; i < kNibbles; ++i) sum -= counts[i] * std::log2(frequencies[i]);
  return sum;
}

TEST(NibbleFrequencies, AreTheCountsWhereThoseFit) {
  Counts counts{};
  NibbleFrequencies expected{};
  for (std::size_t i = 0; i < kNibbles; ++i) {
    counts[i] = static_cast<double>(i + 1);
    expected[i] = static_cast<std::uint16_t>(i + 1);
  }
  counts[15] = 1024 - 120;
  expected[15] = 1024 - 120;
  EXPECT_EQ(nibble_frequencies(counts, 10), expected);
  for (double& count : counts) count *= 1e-7;
  EXPECT_EQ(nibble_frequencies(counts, 10), expected);
  counts.fill(1);
  expected.fill(64);
  EXPECT_EQ(nibble_frequencies(counts, 10), expected);
}

TEST(NibbleFrequencies, LeaveASlotForWhatWasNeverMet) {
  Counts counts{};
  counts[4] = 1e9;
  NibbleFrequencies expected;
  expected.fill(1);
  for (const unsigned precision : {4U, 10U, 12U}) {
    expected[4] = static_cast<std::uint16_t>((1U << precision) - 15);
    EXPECT_EQ(nibble_frequencies(counts, precision), expected);
  }
}

Counts random_counts(Rng& rng) {
  Counts counts{};
  const double spread = 30 * rng.uniform();
  for (double& count : counts) count = rng.below(5) == 0 ? 0 : std::exp(spread * rng.uniform());
  counts[rng.below(kNibbles)] = 1;
  return counts;
}

// The cost is convex: a table that no move of one slot makes better is the best of all.
TEST(NibbleFrequencies, NoSlotIsBetterElsewhere) {
  Rng rng(8);
  for (int round = 0; round < 300; ++round) {
    const Counts counts = random_counts(rng);
    const double total = std::accumulate(counts.begin(), counts.end(), 0.0);
    for (const unsigned precision : {5U, 10U, 12U}) {
      const NibbleFrequencies best = nibble_frequencies(counts, precision);
      expect_valid(best, precision);
      for (std::size_t from = 0; from < kNibbles; ++from) {
        if (best[from] == 1) continue;
        for (std::size_t to = 0; to < kNibbles; ++to) {
          NibbleFrequencies moved = best;
          --moved[from];
          ++moved[to];
          ASSERT_LE(bits(counts, best), bits(counts, moved) + kTolerance * total)
              << from << " to " << to << " of " << (1U << precision);
        }
      }
    }
  }
}

TEST(NibbleFrequencies, StandExtremeCounts) {
  constexpr double kMin = std::numeric_limits<double>::denorm_min();
  for (const unsigned precision : {4U, 10U, 12U}) {
    for (const double large : {1.0, 1e300, kMin}) {
      for (const double small : {0.0, kMin, 1e-300}) {
        for (std::size_t place = 0; place < kNibbles; ++place) {
          Counts counts;
          counts.fill(small);
          counts[place] = large;
          expect_valid(nibble_frequencies(counts, precision), precision);
        }
      }
    }
    Counts counts;
    counts.fill(kMin);
    expect_valid(nibble_frequencies(counts, precision), precision);
    counts.fill(1e300);
    expect_valid(nibble_frequencies(counts, precision), precision);
  }
}

template <unsigned kPrecision>
void expect_agreement(const NibbleFrequencies& frequencies) {
  const NibbleTable<kPrecision> table(frequencies);
  std::uint32_t slot = 0;
  for (unsigned symbol = 0; symbol < kNibbles; ++symbol) {
    const CodeInterval interval = table.interval(symbol);
    ASSERT_EQ(interval.start, slot);
    ASSERT_EQ(interval.frequency, frequencies[symbol]);
    for (; slot < std::uint32_t{interval.start} + interval.frequency; ++slot) {
      ASSERT_EQ(table.symbol_at(slot), symbol);
    }
  }
  ASSERT_EQ(slot, 1U << kPrecision);
}

TEST(NibbleTable, SlotsAreThoseOfTheIntervals) {
  Rng rng(9);
  for (int round = 0; round < 50; ++round) {
    const Counts counts = random_counts(rng);
    expect_agreement<10>(nibble_frequencies(counts, 10));
    expect_agreement<12>(nibble_frequencies(counts, 12));
  }
}

}  // namespace
}  // namespace splitbench
