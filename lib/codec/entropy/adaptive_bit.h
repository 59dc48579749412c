// The probability of one binary decision, learnt from the decisions coded so far.
//
// The mean of a fast and a slow exponential average (after the two-speed counters of lossless
// compressors): quick where the source drifts, precise where it does not. Until an average has seen
// as many decisions as it looks back on, it is their plain mean, give or take a power of two: a
// context that is met a hundred times pays 8 % over its entropy instead of 45 % (measured on random
// sources started at one half).
//
// Integers only, so encoder and decoder agree on every platform. Not thread-safe; one per stream
// and context.
#pragma once

#include <algorithm>
#include <cstdint>

#include "codec/entropy/nibble_table.h"

namespace splitbench {

class AdaptiveBit {
 public:
  static constexpr unsigned kPrecision = 16;
  static constexpr std::uint32_t kOne = 1U << kPrecision;

  AdaptiveBit() = default;
  // Starts from the probability of a zero, in units of 1 / kOne, as if it had been learnt from
  // `decisions`: the fewer, the sooner it is given up.
  explicit AdaptiveBit(std::uint32_t probability_of_zero, unsigned decisions = 30)
      : fast_(within_margins(probability_of_zero)),
        slow_(fast_),
        weight_(static_cast<std::uint8_t>(std::min(decisions, kMaxWeight - kFirstWeight) +
                                          kFirstWeight)) {}

  // Of a zero, in units of 1 / kOne: above 0 and below kOne. After many decisions, all alike, the
  // other one would cost 10 bits.
  std::uint32_t probability_of_zero() const { return (std::uint32_t{fast_} + slow_) >> 1; }

  // What the bit is coded as. precision <= kPrecision.
  CodeInterval interval(bool bit, unsigned precision) const {
    const std::uint32_t total = 1U << precision;
    const std::uint32_t scaled = probability_of_zero() >> (kPrecision - precision);
    const auto zeros = static_cast<std::uint16_t>(std::clamp(scaled, 1U, total - 1));
    if (bit) return {zeros, static_cast<std::uint16_t>(total - zeros)};
    return {0, zeros};
  }

  void update(bool bit) {
    const unsigned slow_shift = 31U - static_cast<unsigned>(__builtin_clz(weight_));
    const unsigned fast_shift = slow_shift < kFastShift ? slow_shift : kFastShift;
    fast_ = moved(fast_, bit, fast_shift);
    slow_ = moved(slow_, bit, slow_shift);
    weight_ = static_cast<std::uint8_t>(weight_ + (weight_ < kMaxWeight ? 1 : 0));
  }

 private:
  static constexpr unsigned kFastShift = 5;
  static constexpr unsigned kSlowShift = 7;
  static constexpr unsigned kFirstWeight = 2;
  static constexpr unsigned kMaxWeight = 1U << kSlowShift;
  static constexpr std::uint32_t kMargin = 32;

  static std::uint16_t within_margins(std::uint32_t probability) {
    return static_cast<std::uint16_t>(std::clamp(probability, kMargin, kOne - kMargin));
  }

  // The average a step of 2^-shift nearer to the decision: to 0 for a one, and for a zero the
  // mirror image of it, without a branch.
  static std::uint16_t moved(std::uint32_t average, bool bit, unsigned shift) {
    const std::uint32_t mirror = bit ? 0 : kOne - 1;
    const std::uint32_t distance = average ^ mirror;
    return static_cast<std::uint16_t>((distance - (distance >> shift)) ^ mirror);
  }

  std::uint16_t fast_ = kOne / 2;
  std::uint16_t slow_ = kOne / 2;
  std::uint8_t weight_ = kFirstWeight;  // decisions seen, up to a limit, and kFirstWeight
};

}  // namespace splitbench
