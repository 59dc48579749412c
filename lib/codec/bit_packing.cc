#include "codec/bit_packing.h"

#include <algorithm>
#include <cstring>

namespace splitbench {
namespace {

constexpr std::size_t kGroup = 8;  // symbols that share a byte of each plane

// Transposes an 8x8 bit matrix, byte i being row i (Warren, Hacker's Delight, section 7-3).
std::uint64_t transpose_bits(std::uint64_t x) {
  std::uint64_t swap = (x ^ (x >> 7)) & 0x00AA00AA00AA00AAULL;
  x ^= swap ^ (swap << 7);
  swap = (x ^ (x >> 14)) & 0x0000CCCC0000CCCCULL;
  x ^= swap ^ (swap << 14);
  swap = (x ^ (x >> 28)) & 0x00000000F0F0F0F0ULL;
  return x ^ swap ^ (swap << 28);
}

}  // namespace

std::size_t bit_plane_bytes(std::size_t count, unsigned bits) {
  return bits * ((count + kGroup - 1) / kGroup);
}

void pack_bit_planes(const std::uint8_t* symbols, std::size_t count, unsigned bits,
                     std::uint8_t* planes) {
  const std::size_t plane_size = bit_plane_bytes(count, 1);
  for (std::size_t group = 0; group < plane_size; ++group) {
    const std::size_t first = group * kGroup;
    std::uint64_t matrix = 0;
    std::memcpy(&matrix, symbols + first, std::min(kGroup, count - first));
    matrix = transpose_bits(matrix);
    for (unsigned bit = 0; bit < bits; ++bit) {
      planes[bit * plane_size + group] = static_cast<std::uint8_t>(matrix >> (8 * bit));
    }
  }
}

void unpack_bit_planes(const std::uint8_t* planes, std::size_t count, unsigned bits,
                       std::uint8_t* symbols) {
  const std::size_t plane_size = bit_plane_bytes(count, 1);
  for (std::size_t group = 0; group < plane_size; ++group) {
    std::uint64_t matrix = 0;
    for (unsigned bit = 0; bit < bits; ++bit) {
      matrix |= static_cast<std::uint64_t>(planes[bit * plane_size + group]) << (8 * bit);
    }
    matrix = transpose_bits(matrix);
    const std::size_t first = group * kGroup;
    std::memcpy(symbols + first, &matrix, std::min(kGroup, count - first));
  }
}

}  // namespace splitbench
