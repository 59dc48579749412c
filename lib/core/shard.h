// Shards: a sweep divided among processes that need not know of each other.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace splitbench {

// One of `count` parts, numbered from 1. The default is the whole.
struct Shard {
  std::size_t index = 1;
  std::size_t count = 1;

  bool operator==(const Shard& other) const { return index == other.index && count == other.count; }
};

// Parses "2/4". Throws Error{kBadInput} unless 1 <= index <= count <= 100,000.
Shard parse_shard(const std::string& text);
// "2/4".
std::string shard_text(const Shard& shard);

// The shard, from 1, of each of `cells` cells: shuffled, then dealt out, so that shards differ by
// one cell at most and each gets its share of early splits and of slow codecs. The same on every
// machine.
std::vector<std::size_t> deal_cells(std::size_t cells, std::size_t count);

}  // namespace splitbench
