// Conversion between float32 and IEEE 754 binary16 ("half"), the same on every platform.
//
// To half: round to nearest, ties to even; finite values beyond +-65504 saturate there, since one
// overflowing activation must not become an infinity that spoils the whole tail. Infinities stay,
// NaN stays a (quiet) NaN. To float: exact. Pure functions; thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>

namespace splitbench {

void float_to_half(const float* values, std::size_t count, std::uint16_t* halves);
void half_to_float(const std::uint16_t* halves, std::size_t count, float* values);

}  // namespace splitbench
