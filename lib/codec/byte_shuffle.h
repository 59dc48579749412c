// Byte planes: the first bytes of all elements, then the second bytes, and so on.
//
// Puts bytes of equal meaning (sign and exponent, low mantissa) side by side for a compressor.
// Pure functions; thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>

namespace splitbench {

// Both move count * element_bytes bytes; input and output must not overlap.
void shuffle_bytes(const std::uint8_t* elements, std::size_t count, std::size_t element_bytes,
                   std::uint8_t* planes);
void unshuffle_bytes(const std::uint8_t* planes, std::size_t count, std::size_t element_bytes,
                     std::uint8_t* elements);

}  // namespace splitbench
