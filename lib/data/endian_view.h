// Bounds-checked integers at offsets of a file whose byte order its format defines.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/bytes.h"
#include "base/error.h"

namespace splitbench {

enum class Endian { kLittle, kBig };

// Throws Error{kBadInput} on reading past the end. Does not own the bytes. Thread-safe.
class EndianView {
 public:
  EndianView(ByteView bytes, Endian order) : bytes_(bytes), order_(order) {}

  std::uint64_t size() const { return bytes_.size; }
  std::uint8_t u8(std::uint64_t offset) const { return *at(offset, 1); }
  std::uint16_t u16(std::uint64_t offset) const {
    return static_cast<std::uint16_t>(integer(offset, 2));
  }
  std::uint32_t u24(std::uint64_t offset) const { return integer(offset, 3); }
  std::uint32_t u32(std::uint64_t offset) const { return integer(offset, 4); }

  // The `count` bytes from `offset` on.
  const std::uint8_t* at(std::uint64_t offset, std::uint64_t count) const {
    if (offset > bytes_.size || count > bytes_.size - offset) {
      throw bad_input("the file is cut off at byte " + std::to_string(bytes_.size));
    }
    return bytes_.data + offset;
  }

 private:
  std::uint32_t integer(std::uint64_t offset, std::size_t count) const {
    const std::uint8_t* bytes = at(offset, count);
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t index = order_ == Endian::kBig ? i : count - 1 - i;
      value = value << 8 | bytes[index];
    }
    return value;
  }

  ByteView bytes_;
  Endian order_;
};

}  // namespace splitbench
