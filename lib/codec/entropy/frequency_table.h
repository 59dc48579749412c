// The probabilities of the symbols of an alphabet, as integers that add up to a power of two: what
// the range coder codes multi-valued symbols with.
//
// Immutable; may be shared by threads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace splitbench {

class FrequencyTable {
 public:
  static constexpr unsigned kMaxPrecision = 16;
  static constexpr std::size_t kMaxSymbols = std::size_t{1} << kMaxPrecision;

  // `frequencies` of at most kMaxSymbols symbols, which add up to 2^precision exactly, precision 1
  // to 16; a symbol of frequency 0 cannot be coded. Throws Error{kBadInput} for anything else:
  // tables come from files.
  FrequencyTable(const std::vector<std::uint32_t>& frequencies, unsigned precision);

  // The table that codes symbols met as often as `counts` says (any weights) in the fewest bits, as
  // nearly as makes no difference, and in which every symbol can be coded: frequencies are at least
  // 1. The same on every platform. Throws Error{kBadInput} when a count is negative or not finite,
  // all are 0, or there are more than 2^precision.
  static FrequencyTable from_counts(const std::vector<double>& counts, unsigned precision);

  unsigned precision() const { return precision_; }
  std::size_t size() const { return starts_.size() - 1; }
  std::uint32_t start(unsigned symbol) const { return starts_[symbol]; }
  std::uint32_t frequency(unsigned symbol) const { return starts_[symbol + 1] - starts_[symbol]; }
  // The symbol whose interval [start, start + frequency) holds `slot` < 2^precision.
  unsigned symbol_at(std::uint32_t slot) const { return interval_at(slot).symbol; }

  // All that a decoder needs of a symbol, in one look-up.
  struct Interval {
    std::uint16_t symbol = 0;
    std::uint16_t start = 0;
    std::uint32_t frequency = 0;
  };
  const Interval& interval_at(std::uint32_t slot) const { return intervals_[slot]; }
  // That of the symbol which comes more often than not, to be tried first; empty if none does.
  const Interval& guess() const { return guess_; }

  // -log2 of the symbol's probability: its ideal length in bits.
  double cost(unsigned symbol) const;

 private:
  std::vector<std::uint32_t> starts_;  // size() + 1
  std::vector<Interval> intervals_;    // by slot
  Interval guess_;
  unsigned precision_ = 0;
};

}  // namespace splitbench
