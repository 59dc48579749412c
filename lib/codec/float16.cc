#include "codec/float16.h"

#include <cstring>

namespace splitbench {
namespace {

constexpr std::uint32_t kSignMask = 0x80000000;
constexpr std::uint32_t kInfinity = 0x7f800000;
constexpr std::uint32_t kMantissaShift = 23 - 10;
constexpr std::uint32_t kExponentRebias = (127 - 15) << 23;
constexpr std::uint32_t kSmallestNormalHalf = (127 - 14) << 23;
constexpr std::uint32_t kFirstOverflow = 0x477ff000;  // 65520, halfway to the next half
constexpr std::uint16_t kHalfSmallestNormal = 0x0400;
constexpr std::uint16_t kHalfInfinity = 0x7c00;
constexpr std::uint16_t kHalfMax = 0x7bff;
constexpr std::uint16_t kHalfQuietNan = 0x7e00;

std::uint32_t bits_of(float value) {
  std::uint32_t bits = 0;
  std::memcpy(&bits, &value, sizeof bits);
  return bits;
}

float float_of(std::uint32_t bits) {
  float value = 0;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

// `yes` or `no`, without a branch: all cases are computed so that the loops over elements
// vectorise.
std::uint32_t select(bool condition, std::uint32_t yes, std::uint32_t no) {
  const std::uint32_t mask = 0U - static_cast<std::uint32_t>(condition);
  return (yes & mask) | (no & ~mask);
}

std::uint16_t to_half(float value) {
  const std::uint32_t bits = bits_of(value);
  const std::uint32_t magnitude = bits & ~kSignMask;
  const std::uint32_t odd = (magnitude >> kMantissaShift) & 1;
  const std::uint32_t normal = (magnitude - kExponentRebias + 0xfff + odd) >> kMantissaShift;
  // The unit in the last place of [0.5, 1) is that of subnormal halves: the addition rounds.
  const std::uint32_t subnormal = bits_of(float_of(magnitude) + 0.5F) - bits_of(0.5F);
  std::uint32_t half = select(magnitude < kSmallestNormalHalf, subnormal, normal);
  half = select(magnitude >= kFirstOverflow, kHalfMax, half);
  half = select(magnitude == kInfinity, kHalfInfinity, half);
  half = select(magnitude > kInfinity, kHalfQuietNan, half);
  return static_cast<std::uint16_t>(half | (bits & kSignMask) >> 16);
}

float from_half(std::uint16_t half) {
  const std::uint32_t magnitude = half & 0x7fffU;
  const std::uint32_t sign = (half & 0x8000U) << 16;
  const std::uint32_t shifted = magnitude << kMantissaShift;
  const std::uint32_t normal = shifted + kExponentRebias;
  const std::uint32_t infinite = shifted + 2 * kExponentRebias;
  // A subnormal: its mantissa below an implicit one, which is then taken away again, exactly.
  const float subnormal = float_of(shifted + kSmallestNormalHalf) - float_of(kSmallestNormalHalf);
  std::uint32_t bits = select(magnitude < kHalfSmallestNormal, bits_of(subnormal), normal);
  bits = select(magnitude >= kHalfInfinity, infinite, bits);
  return float_of(bits | sign);
}

}  // namespace

void float_to_half(const float* values, std::size_t count, std::uint16_t* halves) {
  for (std::size_t i = 0; i < count; ++i) halves[i] = to_half(values[i]);
}

void half_to_float(const std::uint16_t* halves, std::size_t count, float* values) {
  for (std::size_t i = 0; i < count; ++i) values[i] = from_half(halves[i]);
}

}  // namespace splitbench
