// Numbers on a logarithmic scale, the same on every platform: powers of two with fractional
// exponents, and logarithms of integers to an eighth of an octave.
//
// Pure functions; thread-safe.
#pragma once

#include <cstdint>
#include <cstring>

namespace splitbench::klt {

constexpr int kSixteenths = 16;  // of an octave
constexpr int kEighths = 8;

// 2^(sixteenths / 16), within double's range.
double exp2_sixteenths(int sixteenths);

// About 8 log2(value), less up to 1.7; value > 0. Read off the float: its exponent and the
// first bits of its mantissa.
inline int log2_eighths(std::uint32_t value) {
  constexpr int kMantissaBits = 23;
  constexpr int kEighthsBits = 3;
  constexpr int kBias = 127;
  const auto number = static_cast<float>(value);
  std::uint32_t bits = 0;
  std::memcpy(&bits, &number, sizeof bits);
  return static_cast<int>(bits >> (kMantissaBits - kEighthsBits)) - kEighths * kBias;
}

}  // namespace splitbench::klt
