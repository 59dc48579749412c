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

SymbolWeights SymbolCounts::weights() const {
  SymbolWeights weights = equal_weights();
  for (std::size_t i = 0; i < kAlphabets; ++i) {
    const AlphabetSize size = kAlphabetSizes[i];
    Distribution uniform;
    uniform.fill(1.0 / kSymbols);
    const Distribution anywhere = posterior(sum_of(counts_[i].data(), size.tables()), uniform);
    for (std::size_t first = 0; first < size.tables(); first += size.activities) {
      const double* counts = &counts_[i][first * kSymbols];
      const Distribution shared = posterior(sum_of(counts, size.activities), anywhere);
      for (std::size_t table = 0; table < size.activities; ++table) {
        weigh(posterior(sum_of(counts + table * kSymbols, 1), shared),
              &weights[i][(first + table) * kSymbols]);
      }
    }
  }
  return weights;
}

}  // namespace splitbench::disc
