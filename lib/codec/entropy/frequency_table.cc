#include "codec/entropy/frequency_table.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <queue>
#include <string>
#include <utility>

#include "base/error.h"

namespace splitbench {
namespace {

void check_precision(unsigned precision) {
  if (precision >= 1 && precision <= FrequencyTable::kMaxPrecision) return;
  throw bad_input("frequency table: precision " + std::to_string(precision) +
                  " is outside 1 to 16");
}

// Counts relative to the largest, so that no sum of them overflows.
std::vector<double> normalised(const std::vector<double>& counts) {
  double largest = 0;
  for (const double count : counts) {
    if (!std::isfinite(count) || count < 0) {
      throw bad_input("frequency table: a count is " + std::to_string(count) +
                      ", which is negative or not finite");
    }
    largest = std::max(largest, count);
  }
  if (largest == 0) {
    throw bad_input("frequency table: all of its " + std::to_string(counts.size()) +
                    " counts are 0");
  }
  std::vector<double> weights;
  weights.reserve(counts.size());
  for (const double count : counts) weights.push_back(count / largest);
  return weights;
}

// What a symbol of this weight saves by one more than `frequency`: weight * ln((f + 1) / f), by the
// first terms of a series, for logarithms are not the same on every platform.
double gain(double weight, double frequency) {
  const double z = 1 / (2 * frequency + 1);
  return weight * z * (1 + z * z / 3);
}

// Hands out `spare` units, each to the symbol that gains most from it.
void hand_out(const std::vector<double>& weights, std::size_t spare,
              std::vector<std::uint32_t>& frequencies) {
  std::priority_queue<std::pair<double, std::size_t>> gains;
  const auto offer = [&](std::size_t symbol) {
    gains.emplace(gain(weights[symbol], frequencies[symbol]), symbol);
  };
  for (std::size_t symbol = 0; symbol < weights.size(); ++symbol) offer(symbol);
  for (; spare > 0; --spare) {
    const std::size_t symbol = gains.top().second;
    gains.pop();
    ++frequencies[symbol];
    offer(symbol);
  }
}

}  // namespace

FrequencyTable::FrequencyTable(const std::vector<std::uint32_t>& frequencies, unsigned precision)
    : precision_(precision) {
  check_precision(precision);
  const std::uint64_t total =
      std::accumulate(frequencies.begin(), frequencies.end(), std::uint64_t{0});
  if (frequencies.size() > kMaxSymbols || total != std::uint64_t{1} << precision) {
    throw bad_input("frequency table: " + std::to_string(frequencies.size()) +
                    " frequencies add up to " + std::to_string(total) + ", not at most " +
                    std::to_string(kMaxSymbols) + " to 2^" + std::to_string(precision));
  }
  starts_.reserve(frequencies.size() + 1);
  intervals_.reserve(total);
  starts_.push_back(0);
  for (std::size_t symbol = 0; symbol < frequencies.size(); ++symbol) {
    const Interval interval{static_cast<std::uint16_t>(symbol),
                            static_cast<std::uint16_t>(starts_.back()), frequencies[symbol]};
    starts_.push_back(starts_.back() + interval.frequency);
    intervals_.resize(starts_.back(), interval);
    if (interval.frequency > total / 2) guess_ = interval;
  }
}

FrequencyTable FrequencyTable::from_counts(const std::vector<double>& counts, unsigned precision) {
  check_precision(precision);
  const std::size_t total = std::size_t{1} << precision;
  if (counts.size() > total) {
    throw bad_input("frequency table: " + std::to_string(counts.size()) +
                    " symbols do not fit in 2^" + std::to_string(precision) + " slots");
  }
  const std::vector<double> weights = normalised(counts);
  const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
  // No symbol has fewer in the best table: one, or its share of what is left when all have one.
  const auto free = static_cast<double>(total - counts.size());
  std::vector<std::uint32_t> frequencies;
  std::size_t used = 0;
  for (const double weight : weights) {
    frequencies.push_back(std::max(1U, static_cast<std::uint32_t>(weight / sum * free)));
    used += frequencies.back();
  }
  hand_out(weights, total - used, frequencies);
  return FrequencyTable(frequencies, precision);
}

double FrequencyTable::cost(unsigned symbol) const {
  return static_cast<double>(precision_) - std::log2(static_cast<double>(frequency(symbol)));
}

}  // namespace splitbench
