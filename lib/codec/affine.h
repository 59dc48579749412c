// Per-tensor affine quantisation between float32 values and unsigned symbols.
//
// With the range [minimum, maximum] of a tensor and symbols 0..top (top = 2^bits - 1):
//
//   scale = (maximum - minimum) / top
//   q     = floor((x - minimum) / scale + 1/2)
//   x'    = minimum + scale * q
//
// the quantiser of BottleFit (Matsubara et al. 2022, after Jacob et al. 2018) with the exact
// minimum in place of a zero point rounded to a symbol. Everything between the float32 ends is
// computed in double, in this order and without fused operations (the module is compiled with
// -ffp-contract=off), so all platforms give the same bits, and no finite range overflows.
//
// Pure functions; thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/bytes.h"

namespace splitbench {

struct AffineRange {
  float minimum = 0;
  float maximum = 0;
};

// The smallest and largest value, -0 taken as 0. Requires count > 0; throws Error{kBadInput} when
// a value is NaN or infinite.
AffineRange finite_range(const float* values, std::size_t count);

// Requires all values within the range. A range of zero width gives symbols 0. top < 2^bits of the
// symbol type.
void quantise(const float* values, std::size_t count, AffineRange range, unsigned top,
              std::uint8_t* symbols);
void quantise(const float* values, std::size_t count, AffineRange range, unsigned top,
              std::uint16_t* symbols);

// Requires all symbols to be at most `top`.
void dequantise(const std::uint8_t* symbols, std::size_t count, AffineRange range, unsigned top,
                float* values);
void dequantise(const std::uint16_t* symbols, std::size_t count, AffineRange range, unsigned top,
                float* values);

// The range as 8 bytes of a stream; reading refuses (Error{kBadInput} naming `what`) ends that are
// not finite or not in order.
void write_range(ByteWriter& writer, AffineRange range);
AffineRange read_range(ByteReader& reader, const char* what);

}  // namespace splitbench
