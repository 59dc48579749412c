// The weights of disc's symbols, from how often they occurred in calibration.
#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include "codec/disc/symbol_tables.h"

namespace splitbench::disc {

class SymbolCounts {
 public:
  SymbolCounts();

  void add(Alphabet alphabet, std::size_t table, unsigned symbol) {
    counts_[static_cast<std::size_t>(alphabet)][table * kSymbols + symbol] += 1;
  }

  // How long a stream of all the symbols would at least be.
  double bytes() const;

  // Contexts that were rare lean on those that differ in activity only.
  SymbolWeights weights() const;

 private:
  std::array<std::vector<double>, kAlphabets> counts_;  // tables x kSymbols
};

}  // namespace splitbench::disc
