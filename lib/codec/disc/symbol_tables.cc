#include "codec/disc/symbol_tables.h"

#include <algorithm>
#include <numeric>
#include <string>

#include "base/error.h"

namespace splitbench::disc {
namespace {

// 2^(half_octaves / 2) with 7 fractional bits.
std::uint32_t half_octave_power(unsigned half_octaves) {
  constexpr std::uint32_t kOne = 128;
  constexpr std::uint32_t kSquareRootOfTwo = 181;
  return (half_octaves % 2 == 0 ? kOne : kSquareRootOfTwo) << (half_octaves / 2);
}

SymbolTable table_of(const Weight* weights) {
  std::array<std::uint32_t, kSymbols> powers;
  for (unsigned symbol = 0; symbol < kSymbols; ++symbol) {
    if (weights[symbol] > kMaxWeight) {
      throw bad_input("disc calibration: weight " + std::to_string(weights[symbol]) +
                      " of a symbol is above " + std::to_string(kMaxWeight));
    }
    powers[symbol] = half_octave_power(weights[symbol]);
  }
  const std::uint32_t sum = std::accumulate(powers.begin(), powers.end(), 0U);
  // One slot each, the rest by weight; what rounding down leaves goes to the most frequent.
  NibbleFrequencies frequencies;
  std::uint32_t used = 0;
  for (unsigned symbol = 0; symbol < kSymbols; ++symbol) {
    const std::uint64_t share = std::uint64_t{powers[symbol]} * (kTotal - kSymbols) / sum;
    frequencies[symbol] = static_cast<std::uint16_t>(1 + share);
    used += frequencies[symbol];
  }
  auto& largest = *std::max_element(frequencies.begin(), frequencies.end());
  largest = static_cast<std::uint16_t>(largest + kTotal - used);
  return SymbolTable(frequencies);
}

}  // namespace

unsigned excess_bucket(unsigned excess) {
  unsigned bucket = kSymbols - 1;
  while (excess < kExcessBuckets[bucket].first) --bucket;
  return bucket;
}

SymbolWeights equal_weights() {
  SymbolWeights weights;
  for (std::size_t i = 0; i < kAlphabets; ++i) {
    weights[i].resize(kAlphabetSizes[i].tables() * kSymbols);
  }
  return weights;
}

SymbolTables::SymbolTables(const SymbolWeights& weights) {
  for (std::size_t i = 0; i < kAlphabets; ++i) {
    for (std::size_t first = 0; first < weights[i].size(); first += kSymbols) {
      tables_[i].push_back(table_of(&weights[i][first]));
    }
  }
}

}  // namespace splitbench::disc
