#include "core/shard.h"

#include <numeric>

#include "base/error.h"
#include "base/rng.h"
#include "base/spec.h"

namespace splitbench {

Shard parse_shard(const std::string& text) {
  constexpr long long kMostShards = 100000;
  const auto refuse = [&] {
    return bad_input("shard '" + text + "' is none; write I/N with 1 <= I <= N, e.g. 2/4");
  };
  const std::size_t slash = text.find('/');
  if (slash == std::string::npos) throw refuse();
  const long long index = parse_integer(text.substr(0, slash), "shard '" + text + "'");
  const long long count = parse_integer(text.substr(slash + 1), "shard '" + text + "'");
  if (index < 1 || index > count || count > kMostShards) throw refuse();
  return {static_cast<std::size_t>(index), static_cast<std::size_t>(count)};
}

std::string shard_text(const Shard& shard) {
  return std::to_string(shard.index) + "/" + std::to_string(shard.count);
}

std::vector<std::size_t> deal_cells(std::size_t cells, std::size_t count) {
  constexpr std::uint64_t kSeed = 4;  // any, but the same for every shard
  std::vector<std::size_t> order(cells);
  std::iota(order.begin(), order.end(), std::size_t{0});
  Rng(kSeed).shuffle(order);
  std::vector<std::size_t> shards(cells);
  for (std::size_t i = 0; i < cells; ++i) shards[order[i]] = i % count + 1;
  return shards;
}

}  // namespace splitbench
