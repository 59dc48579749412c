// Magnitudes of levels in buckets, of which there are few enough for one symbol of the entropy
// coder to hold bucket and sign: bucket 0 is the magnitude 0, bucket b > 0 the 2^extra_bits
// magnitudes from ((b - 1) << extra_bits) + 1 on. The context says how many extra bits there are:
// so many that the buckets reach a few times as far as the magnitude it expects. Magnitudes beyond
// the last bucket follow as an Exp-Golomb code.
//
// Pure functions; thread-safe.
#pragma once

#include <algorithm>
#include <cstdint>

#include "codec/klt/level_tables.h"

namespace splitbench::klt {

// Symbols: 0, those of the buckets with sign, kEscape.
constexpr unsigned kEscape = 2 * kBuckets - 1;

constexpr unsigned extra_bits_of(int context) {
  const int octaves = (context - kContextOffset) / kContextsPerOctave;
  return static_cast<unsigned>(std::max(0, octaves - 1));
}

// The lowest context with extra bits.
constexpr int kFirstWithExtraBits = kContextOffset + 2 * kContextsPerOctave;

// 0 or positive symbols; kBuckets and above for magnitudes beyond the last bucket.
constexpr std::uint32_t bucket_of(std::uint32_t magnitude, unsigned extra_bits) {
  return magnitude == 0 ? 0 : ((magnitude - 1) >> extra_bits) + 1;
}

constexpr unsigned symbol_of(std::uint32_t bucket, bool negative) {
  if (bucket >= kBuckets) return kEscape;
  return 2 * bucket - (bucket != 0 && !negative ? 1 : 0);
}
constexpr std::uint32_t bucket_of_symbol(unsigned symbol) { return (symbol + 1) / 2; }
constexpr bool is_negative(unsigned symbol) { return symbol != 0 && symbol % 2 == 0; }

// The first magnitude beyond the last bucket, and the order of its Exp-Golomb code.
constexpr std::uint32_t first_escaped(unsigned extra_bits) {
  return static_cast<std::uint32_t>((kBuckets - 1) << extra_bits) + 1;
}
constexpr unsigned escape_order(unsigned extra_bits) { return extra_bits + 1; }

}  // namespace splitbench::klt
