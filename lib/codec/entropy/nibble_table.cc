#include "codec/entropy/nibble_table.h"

#include <numeric>

namespace splitbench {
namespace {

// What a symbol of this weight saves by one slot more than `frequency`: weight * ln((f + 1) / f),
// by the first terms of a series, for logarithms are not the same on every platform.
double gain(double weight, double frequency) {
  const double z = 1 / (2 * frequency + 1);
  return weight * z * (1 + z * z / 3);
}

}  // namespace

NibbleFrequencies nibble_frequencies(const std::array<double, kNibbles>& counts,
                                     unsigned precision) {
  const double sum = std::accumulate(counts.begin(), counts.end(), 0.0);
  const std::size_t total = std::size_t{1} << precision;
  // No symbol has fewer in the best table: one, or its share of what is left when all have one.
  const auto free = static_cast<double>(total - kNibbles);
  NibbleFrequencies frequencies{};
  std::size_t used = 0;
  for (std::size_t symbol = 0; symbol < kNibbles; ++symbol) {
    const double share = counts[symbol] / sum * free;
    frequencies[symbol] = static_cast<std::uint16_t>(std::max(1.0, share));
    used += frequencies[symbol];
  }
  for (; used < total; ++used) {
    std::size_t best = 0;
    for (std::size_t symbol = 1; symbol < kNibbles; ++symbol) {
      if (gain(counts[symbol], frequencies[symbol]) > gain(counts[best], frequencies[best])) {
        best = symbol;
      }
    }
    ++frequencies[best];
  }
  return frequencies;
}

}  // namespace splitbench
