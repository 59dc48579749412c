// Crafting streams and calibrations: whatever was done to the bytes, their checksum is right again.
#pragma once

#include <algorithm>
#include <cstddef>

#include "base/bytes.h"
#include "codec/stream.h"

namespace splitbench::testing {

constexpr std::size_t kChecksumOffset = 3;  // the same in streams and calibrations
constexpr std::size_t kChecksumEnd = 7;

// Does nothing to bytes too few to have a checksum.
inline void repair_checksum(Bytes& bytes) {
  if (bytes.size() < kChecksumEnd) return;
  ByteWriter checksum;
  checksum.u32(stream_checksum(bytes));
  std::copy(checksum.bytes().begin(), checksum.bytes().end(), bytes.begin() + kChecksumOffset);
}

}  // namespace splitbench::testing
