// Probability tables of latents (LatentTable in core/bottleneck.h) from what training has learnt.
// Pure functions; thread-safe.
#pragma once

#include <cstdint>
#include <vector>

#include "core/bottleneck.h"

namespace splitbench {

// Integers in proportion to `weights` (none negative or infinite), each at least 1, that add up to
// 2^16: largest remainders, ties to the first. Requires 2 to 2^15 weights.
std::vector<std::uint16_t> table_frequencies(const std::vector<double>& weights);

// The table of a channel whose level i was counted `counts[i]` times: from the first to the last
// level that was seen, and half a count for all others together.
LatentTable counted_table(const std::vector<std::uint64_t>& counts);

}  // namespace splitbench
