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

  // `frequencies` of at least one symbol, which add up to 2^precision exactly, precision 1 to 16;
  // a symbol of frequency 0 cannot be coded. Throws Error{kBadInput} for anything else: tables come
  // from files.
  FrequencyTable(const std::vector<std::uint32_t>& frequencies, unsigned precision);

  // The table closest to `counts` (any non-negative weights, not all 0) in which every symbol can
  // be coded: frequencies are at least 1. Requires counts.size() <= 2^precision.
  static FrequencyTable from_counts(const std::vector<double>& counts, unsigned precision);

  unsigned precision() const { return precision_; }
  std::size_t size() const { return starts_.size() - 1; }
  std::uint32_t start(unsigned symbol) const { return starts_[symbol]; }
  std::uint32_t frequency(unsigned symbol) const { return starts_[symbol + 1] - starts_[symbol]; }
  // The symbol whose interval [start, start + frequency) holds `slot` < 2^precision.
  unsigned symbol_at(std::uint32_t slot) const { return symbols_[slot]; }

  // -log2 of the symbol's probability: its ideal length in bits.
  double cost(unsigned symbol) const;

 private:
  std::vector<std::uint32_t> starts_;   // size() + 1
  std::vector<std::uint16_t> symbols_;  // by slot
  unsigned precision_ = 0;
};

}  // namespace splitbench
