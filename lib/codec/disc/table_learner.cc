#include "codec/disc/table_learner.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace splitbench::disc {
namespace {

// Occurrences that what is known of a symbol from elsewhere is worth.
constexpr double kPriorWorth = 8;

using Distribution = std::array<double, kSymbols>;

Distribution sum_of(const double* counts, std::size_t tables) {
  Distribution sum{};
  for (std::size_t i = 0; i < tables * kSymbols; ++i) sum[i % kSymbols] += counts[i];
  return sum;
}

// The estimate from `counts` where `prior` is what one expects without them.
Distribution posterior(const Distribution& counts, const Distribution& prior) {
  const double total = std::accumulate(counts.begin(), counts.end(), 0.0);
  Distribution estimate{};
  for (unsigned symbol = 0; symbol < kSymbols; ++symbol) {
    estimate[symbol] = (counts[symbol] + kPriorWorth * prior[symbol]) / (total + kPriorWorth);
  }
  return estimate;
}

void weigh(const Distribution& probabilities, Weight* weights) {
  for (unsigned symbol = 0; symbol < kSymbols; ++symbol) {
    const double frequency = std::max(probabilities[symbol] * kTotal, 1.0);
    weights[symbol] = static_cast<Weight>(std::lround(2 * std::log2(frequency)));
  }
}

}  // namespace

SymbolCounts::SymbolCounts() {
  for (std::size_t i = 0; i < kAlphabets; ++i) {
    counts_[i].resize(kAlphabetSizes[i].tables() * kSymbols);
  }
}

double SymbolCounts::bytes() const {
  double bits = 0;
  for (const std::vector<double>& counts : counts_) {
    for (std::size_t first = 0; first < counts.size(); first += kSymbols) {
      const Distribution table = sum_of(&counts[first], 1);
      const double total = std::accumulate(table.begin(), table.end(), 0.0);
      for (const double count : table) {
        if (count > 0) bits += count * std::log2(total / count);
      }
    }
  }
  constexpr double kBitsPerByte = 8;
  return bits / kBitsPerByte;
}

SymbolWeights SymbolCounts::weights() const {
  SymbolWeights weights = equal_weights();
  for (std::size_t i = 0; i < kAlphabets; ++i) {
    const AlphabetSize size = kAlphabetSizes[i];
    Distribution uniform;
    uniform.fill(1.0 / kSymbols);
    const Distribution anywhere = posterior(sum_of(counts_[i].data(), size.tables()), uniform);
    for (std::size_t first = 0; first < size.tables(); first += size.variants) {
      const double* counts = &counts_[i][first * kSymbols];
      const Distribution shared = posterior(sum_of(counts, size.variants), anywhere);
      for (std::size_t table = 0; table < size.variants; ++table) {
        weigh(posterior(sum_of(counts + table * kSymbols, 1), shared),
              &weights[i][(first + table) * kSymbols]);
      }
    }
  }
  return weights;
}

}  // namespace splitbench::disc
