#include "core/latent_tables.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>

namespace splitbench {
namespace {

constexpr std::size_t kSlots = std::size_t{1} << 16;
constexpr double kUnseen = 0.5;  // counts

}  // namespace

std::vector<std::uint16_t> table_frequencies(const std::vector<double>& weights) {
  const std::size_t count = weights.size();
  const double total = std::accumulate(weights.begin(), weights.end(), 0.0);
  const auto free = static_cast<double>(kSlots - count);
  std::vector<std::size_t> slots(count);
  std::vector<double> remainders(count);
  std::size_t given = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const double share =
        total > 0 ? free * (weights[i] / total) : free / static_cast<double>(count);
    slots[i] = static_cast<std::size_t>(std::floor(share));
    remainders[i] = share - std::floor(share);
    given += ++slots[i];
  }
  std::vector<std::size_t> order(count);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return remainders[a] > remainders[b]; });
  for (std::size_t i = 0; given < kSlots; i = (i + 1) % count, ++given) ++slots[order[i]];
  return {slots.begin(), slots.end()};
}

LatentTable counted_table(const std::vector<std::uint64_t>& counts) {
  const auto seen = [](std::uint64_t count) { return count != 0; };
  const auto first = std::find_if(counts.begin(), counts.end(), seen);
  if (first == counts.end()) return {0, table_frequencies({1, 1})};
  const auto last = std::find_if(counts.rbegin(), counts.rend(), seen).base();
  std::vector<double> weights(first, last);
  weights.push_back(kUnseen);
  return {static_cast<std::int32_t>(first - counts.begin()), table_frequencies(weights)};
}

}  // namespace splitbench
