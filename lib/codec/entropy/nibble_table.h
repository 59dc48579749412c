// The probabilities of an alphabet of 16 symbols, as the entropy coder (rans.h) needs them.
//
// Larger alphabets are coded as a symbol for the leading part and further symbols or raw bits for
// the rest.
//
// Immutable; may be shared by threads.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace splitbench {

constexpr std::size_t kNibbles = 16;
constexpr unsigned kMaxIntervalPrecision = 12;

// A symbol's part of the slots [0, 2^precision).
struct CodeInterval {
  std::uint16_t start;
  std::uint16_t frequency;
};

// In slots: at least 1 each, 2^precision together.
using NibbleFrequencies = std::array<std::uint16_t, kNibbles>;

// The frequencies that code symbols met as often as `counts` says (any weights, not all 0) in the
// fewest bits, as nearly as makes no difference. By + - * / alone: the same on every platform.
NibbleFrequencies nibble_frequencies(const std::array<double, kNibbles>& counts,
                                     unsigned precision);

template <unsigned kPrecision>
class NibbleTable {
  static_assert(kPrecision <= kMaxIntervalPrecision);

 public:
  explicit NibbleTable(const NibbleFrequencies& frequencies) {
    std::uint32_t start = 0;
    for (std::size_t symbol = 0; symbol < kNibbles; ++symbol) {
      intervals_[symbol] = {static_cast<std::uint16_t>(start), frequencies[symbol]};
      std::fill_n(symbols_.begin() + start, frequencies[symbol], static_cast<std::uint8_t>(symbol));
      start += frequencies[symbol];
    }
  }

  CodeInterval interval(std::size_t symbol) const { return intervals_[symbol]; }
  // The symbol whose interval holds `slot` < 2^kPrecision.
  unsigned symbol_at(std::uint32_t slot) const { return symbols_[slot]; }

 private:
  // Small, so that many tables stay in a processor's cache.
  alignas(64) std::array<CodeInterval, kNibbles> intervals_;
  std::array<std::uint8_t, std::size_t{1} << kPrecision> symbols_;  // by slot
};

}  // namespace splitbench
