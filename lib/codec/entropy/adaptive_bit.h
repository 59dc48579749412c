// The probability of one binary decision, learnt from the decisions coded so far.
//
// The mean of a fast and a slow exponential average (after the two-speed counters of lossless
// compressors): quick on short streams, precise on long ones. Integers only, so encoder and decoder
// agree on every platform. Not thread-safe; one per stream and context.
#pragma once

#include <cstdint>

namespace splitbench {

class AdaptiveBit {
 public:
  static constexpr unsigned kPrecision = 16;
  static constexpr std::uint32_t kOne = 1U << kPrecision;

  AdaptiveBit() = default;
  // Starts from the probability of a zero, in units of 1 / kOne.
  explicit AdaptiveBit(std::uint32_t probability_of_zero)
      : fast_(static_cast<std::uint16_t>(probability_of_zero)),
        slow_(static_cast<std::uint16_t>(probability_of_zero)) {}

  // Of a zero, in units of 1 / kOne; never so small or large that a decision costs over 11 bits.
  std::uint32_t probability_of_zero() const {
    const std::uint32_t mean = (std::uint32_t{fast_} + slow_) >> 1;
    return mean < kMargin ? kMargin : (mean > kOne - kMargin ? kOne - kMargin : mean);
  }

  void update(bool bit) {
    // Written so that the averages stay within 16 bits.
    if (bit) {
      fast_ = static_cast<std::uint16_t>(fast_ - (fast_ >> kFastShift));
      slow_ = static_cast<std::uint16_t>(slow_ - (slow_ >> kSlowShift));
    } else {
      fast_ = static_cast<std::uint16_t>(fast_ + ((kOne - 1 - fast_) >> kFastShift));
      slow_ = static_cast<std::uint16_t>(slow_ + ((kOne - 1 - slow_) >> kSlowShift));
    }
  }

 private:
  static constexpr unsigned kFastShift = 4;
  static constexpr unsigned kSlowShift = 7;
  static constexpr std::uint32_t kMargin = 32;

  std::uint16_t fast_ = kOne / 2;
  std::uint16_t slow_ = kOne / 2;
};

}  // namespace splitbench
