#include "codec/bottleneck/latent_table.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <queue>
#include <string>
#include <utility>

#include "base/error.h"
#include "codec/bottleneck/latent_limits.h"

namespace splitbench {
namespace {

constexpr std::size_t kMaxWeights = kLatentSlots / 2;

// What an integer of this weight saves by one slot more than `frequency`: as in
// nibble_frequencies() by the first terms of the logarithm's series, to be the same on every
// platform.
double gain(double weight, double frequency) {
  const double z = 1 / (2 * frequency + 1);
  return weight * z * (1 + z * z / 3);
}

double checked_sum(const std::vector<double>& weights) {
  const bool sound = std::all_of(weights.begin(), weights.end(), [](double weight) {
    return std::isfinite(weight) && weight >= 0;
  });
  const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
  if (sound && weights.size() >= 2 && weights.size() <= kMaxWeights && sum > 0 &&
      std::isfinite(sum)) {
    return sum;
  }
  throw bad_input("latent table: cannot be made of " + std::to_string(weights.size()) +
                  " weights with the sum " + std::to_string(sum) +
                  "; 2 to 32768 that are not negative are wanted");
}

}  // namespace

LatentTable latent_table(std::int32_t first, const std::vector<double>& weights) {
  const double sum = checked_sum(weights);
  LatentTable table;
  table.first = first;
  // No integer has fewer in the best table: one, or its share of what is left when all have one.
  const auto free = static_cast<double>(kLatentSlots - weights.size());
  std::size_t used = 0;
  // The other integers are never quite impossible, so no frequency reaches 2^16.
  const std::size_t most = kLatentSlots - (weights.size() - 1);
  for (const double weight : weights) {
    const double share = std::floor(std::max(1.0, weight / sum * free));
    table.frequencies.push_back(
        static_cast<std::uint16_t>(std::min(share, static_cast<double>(most))));
    used += table.frequencies.back();
  }
  std::priority_queue<std::pair<double, std::size_t>> gains;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    gains.emplace(gain(weights[i], table.frequencies[i]), i);
  }
  for (; used < kLatentSlots; ++used) {
    const std::size_t best = gains.top().second;
    gains.pop();
    gains.emplace(gain(weights[best], ++table.frequencies[best]), best);
  }
  return table;
}

std::vector<LatentTable> latent_tables(const std::vector<std::int32_t>& levels,
                                       std::size_t channels, std::size_t channel_size) {
  std::vector<std::vector<std::int32_t>> of_channel(channels);
  for (std::size_t i = 0; i < levels.size(); ++i) {
    of_channel[i / channel_size % channels].push_back(levels[i]);
  }
  std::vector<LatentTable> tables;
  for (const std::vector<std::int32_t>& met : of_channel) {
    const auto [low, high] = std::minmax_element(met.begin(), met.end());
    const std::int64_t first = met.empty() ? 0 : *low;
    const std::int64_t span = met.empty() ? 0 : *high - first;
    if (span + 2 > static_cast<std::int64_t>(kMaxWeights)) {
      throw bad_input("latent tables: a channel has integers from " + std::to_string(first) +
                      " to " + std::to_string(first + span) + ", too many for a table");
    }
    std::vector<double> weights(static_cast<std::size_t>(span) + 2, 1);
    for (const std::int32_t level : met) weights[static_cast<std::size_t>(level - first)] += 1;
    tables.push_back(latent_table(static_cast<std::int32_t>(first), weights));
  }
  return tables;
}

LatentModel::LatentModel(const LatentTable& table) : first_(table.first) {
  std::uint32_t start = 0;
  for (const std::uint16_t frequency : table.frequencies) {
    intervals_.push_back({static_cast<std::uint16_t>(start), frequency});
    start += frequency;
  }
  std::size_t index = 0;
  for (std::size_t i = 0; i < nearby_.size(); ++i) {
    const std::size_t slot = i << kNearbyShift;
    while (slot >= std::size_t{intervals_[index].start} + intervals_[index].frequency) ++index;
    nearby_[i] = static_cast<std::uint16_t>(index);
  }
}

}  // namespace splitbench
