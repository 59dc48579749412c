#include "codec/entropy/frequency_table.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>

#include "base/error.h"

namespace splitbench {

FrequencyTable::FrequencyTable(const std::vector<std::uint32_t>& frequencies, unsigned precision)
    : precision_(precision) {
  if (precision < 1 || precision > kMaxPrecision) {
    throw bad_input("frequency table: precision " + std::to_string(precision) +
                    " is outside 1 to 16");
  }
  const std::uint64_t total =
      std::accumulate(frequencies.begin(), frequencies.end(), std::uint64_t{0});
  if (frequencies.empty() || total != std::uint64_t{1} << precision) {
    throw bad_input("frequency table: " + std::to_string(frequencies.size()) +
                    " frequencies add up to " + std::to_string(total) + ", not to 2^" +
                    std::to_string(precision));
  }
  starts_.reserve(frequencies.size() + 1);
  symbols_.reserve(total);
  starts_.push_back(0);
  for (std::size_t symbol = 0; symbol < frequencies.size(); ++symbol) {
    starts_.push_back(starts_.back() + frequencies[symbol]);
    symbols_.resize(starts_.back(), static_cast<std::uint16_t>(symbol));
  }
}

FrequencyTable FrequencyTable::from_counts(const std::vector<double>& counts, unsigned precision) {
  const double sum = std::accumulate(counts.begin(), counts.end(), 0.0);
  const auto total = static_cast<double>(1U << precision);
  // One slot each, the rest by count; what rounding down leaves goes to the largest.
  const double spare = total - static_cast<double>(counts.size());
  std::vector<std::uint32_t> frequencies;
  std::uint32_t used = 0;
  for (const double count : counts) {
    frequencies.push_back(1 + static_cast<std::uint32_t>(std::floor(count / sum * spare)));
    used += frequencies.back();
  }
  *std::max_element(frequencies.begin(), frequencies.end()) += (1U << precision) - used;
  return FrequencyTable(frequencies, precision);
}

double FrequencyTable::cost(unsigned symbol) const {
  return static_cast<double>(precision_) - std::log2(static_cast<double>(frequency(symbol)));
}

}  // namespace splitbench
