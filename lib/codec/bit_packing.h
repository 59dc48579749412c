// Bit planes: symbols of 1 to 8 bits as one plane of bits after the other, the lowest bit first.
//
// In a plane, bit i % 8 of byte i / 8 belongs to symbol i; unused bits of its last byte are 0.
// Equal neighbours, above all the zeros behind a ReLU, make whole bytes of equal bits, which a
// byte-oriented compressor finds. Pure functions; thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/bytes.h"

namespace splitbench {

// The size of all planes together.
std::size_t bit_plane_bytes(std::size_t count, unsigned bits);

// Writes bit_plane_bytes(count, bits) bytes. Requires symbols < 2^bits.
void pack_bit_planes(const std::uint8_t* symbols, std::size_t count, unsigned bits,
                     std::uint8_t* planes);
// Requires bit_plane_bytes(count, bits) readable bytes; unused bits are ignored.
void unpack_bit_planes(const std::uint8_t* planes, std::size_t count, unsigned bits,
                       std::uint8_t* symbols);

}  // namespace splitbench
