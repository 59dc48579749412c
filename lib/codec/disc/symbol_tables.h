// The alphabets of disc's entropy coding, their contexts and their calibrated tables.
//
// The 64 lanes of a block, by falling expected magnitude (ChannelModel), are 16 groups of 4. All
// symbols are one of 16:
//
//   end      of a block: the number of groups up to the last with a significant (non-zero)
//            coefficient; 15 stands for 16
//   group    of each group before the end: which of its coefficients are significant
//   level    of a significant coefficient: 2 (min(|level|, 8) - 1) + (1 if negative)
//   excess   of a level of 8 and more: the bucket of |level| - 8, whose low bits follow as they are
//
// Immutable; thread-safe.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "codec/entropy/rans.h"

namespace splitbench::disc {

constexpr std::size_t kSymbols = kNibbles;
constexpr unsigned kPrecision = 10;  // of the symbols' probabilities: tables stay small
constexpr std::uint32_t kTotal = 1U << kPrecision;
using SymbolTable = NibbleTable<kPrecision>;

enum class Alphabet : std::size_t { kEnd, kGroup, kLevel, kExcess };
constexpr std::size_t kAlphabets = 4;

// Contexts: what calibration expects of the place, times
constexpr std::size_t kBlockExpectations = 12;
constexpr std::size_t kExpectations = 24;
constexpr std::size_t kEndActivities = 6;   // for ends, how soon the block above ends
constexpr std::size_t kGroupDistances = 4;  // for groups, how far the end is
constexpr std::size_t kDensities = 3;       // for levels, how many are significant in the block

// Contexts that share an expectation are side by side.
struct AlphabetSize {
  std::size_t expectations;
  std::size_t variants;
  std::size_t tables() const { return expectations * variants; }
};
constexpr std::array<AlphabetSize, kAlphabets> kAlphabetSizes = {
    {{kBlockExpectations, kEndActivities},
     {kExpectations, kGroupDistances},
     {kExpectations, kDensities},
     {kExpectations, 1}}};

constexpr unsigned kFirstExcess = 8;
constexpr unsigned kFirstExcessSymbol = 2 * kFirstExcess - 2;
// A quantised coefficient, of magnitude at most kMaxLevel.
using Level = std::int16_t;
constexpr int kMaxLevel = 32767;
// Bucket b of the excess holds [first, first + 2^bits).
struct Bucket {
  std::uint16_t first;
  std::uint8_t bits;
};
constexpr std::array<Bucket, kSymbols> kExcessBuckets = {{{0, 0},
                                                          {1, 0},
                                                          {2, 1},
                                                          {4, 1},
                                                          {6, 1},
                                                          {8, 2},
                                                          {12, 2},
                                                          {16, 3},
                                                          {24, 3},
                                                          {32, 5},
                                                          {64, 6},
                                                          {128, 7},
                                                          {256, 8},
                                                          {512, 9},
                                                          {1024, 10},
                                                          {2048, 15}}};
// Requires excess <= kMaxLevel.
unsigned excess_bucket(unsigned excess);

// The probability of a symbol as it is shipped: 2 log2 of its frequency, rounded.
using Weight = std::uint8_t;
constexpr Weight kMaxWeight = 2 * kPrecision;

// By alphabet: tables x kSymbols.
using SymbolWeights = std::array<std::vector<Weight>, kAlphabets>;
SymbolWeights equal_weights();
constexpr std::size_t kAllWeights = kSymbols * (kBlockExpectations * kEndActivities +
                                                kExpectations * (kGroupDistances + kDensities + 1));

class SymbolTables {
 public:
  // Throws Error{kBadInput} for a weight above kMaxWeight.
  explicit SymbolTables(const SymbolWeights& weights);

  const SymbolTable* of(Alphabet alphabet) const {
    return tables_[static_cast<std::size_t>(alphabet)].data();
  }

 private:
  std::array<std::vector<SymbolTable>, kAlphabets> tables_;
};

}  // namespace splitbench::disc
