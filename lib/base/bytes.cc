#include "base/bytes.h"

#include <cstring>

#include "base/error.h"

namespace splitbench {
namespace {

constexpr int kVarintPayloadBits = 7;
constexpr int kVarintMaxShift = 63;

}  // namespace

void ByteWriter::u16(std::uint16_t value) {
  u8(static_cast<std::uint8_t>(value));
  u8(static_cast<std::uint8_t>(value >> 8));
}

void ByteWriter::u32(std::uint32_t value) {
  u16(static_cast<std::uint16_t>(value));
  u16(static_cast<std::uint16_t>(value >> 16));
}

void ByteWriter::f32(float value) {
  std::uint32_t bits = 0;
  std::memcpy(&bits, &value, sizeof bits);
  u32(bits);
}

void ByteWriter::varint(std::uint64_t value) {
  while (value >= 0x80) {
    u8(static_cast<std::uint8_t>(value | 0x80));
    value >>= kVarintPayloadBits;
  }
  u8(static_cast<std::uint8_t>(value));
}

void ByteWriter::raw(ByteView view) {
  bytes_.insert(bytes_.end(), view.data, view.data + view.size);
}

std::uint8_t ByteReader::u8() { return *raw(1).data; }

std::uint16_t ByteReader::u16() {
  const ByteView view = raw(2);
  return static_cast<std::uint16_t>(view.data[0] | view.data[1] << 8);
}

std::uint32_t ByteReader::u32() {
  const std::uint32_t low = u16();
  return low | static_cast<std::uint32_t>(u16()) << 16;
}

float ByteReader::f32() {
  const std::uint32_t bits = u32();
  float value = 0;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

std::uint64_t ByteReader::varint() {
  std::uint64_t value = 0;
  for (int shift = 0; shift <= kVarintMaxShift; shift += kVarintPayloadBits) {
    const std::uint8_t byte = u8();
    if (shift == kVarintMaxShift && byte > 1) break;
    value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
    if ((byte & 0x80) == 0) return value;
  }
  throw bad_input(what_ + ": a variable-length integer is longer than 64 bits");
}

ByteView ByteReader::raw(std::size_t count) {
  if (count > remaining()) {
    throw bad_input(what_ + ": truncated, " + std::to_string(count) + " more bytes expected, " +
                    std::to_string(remaining()) + " left");
  }
  const ByteView view(view_.data + position_, count);
  position_ += count;
  return view;
}

void ByteReader::expect_end() const {
  if (remaining() != 0) {
    throw bad_input(what_ + ": " + std::to_string(remaining()) + " bytes too many at its end");
  }
}

}  // namespace splitbench
