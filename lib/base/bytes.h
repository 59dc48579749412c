// Byte strings and the bounds-checked reader and writer of every binary format in splitbench.
//
// All integers and floats are little-endian whatever the machine. A reader never reads past its
// end: it throws Error{kBadInput}. Not thread-safe; use one reader or writer per thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace splitbench {

using Bytes = std::vector<std::uint8_t>;

// A non-owning view of bytes; the owner must outlive it.
struct ByteView {
  const std::uint8_t* data = nullptr;
  std::size_t size = 0;

  ByteView() = default;
  ByteView(const void* bytes, std::size_t count)
      : data(static_cast<const std::uint8_t*>(bytes)), size(count) {}
  ByteView(const Bytes& bytes) : data(bytes.data()), size(bytes.size()) {}  // NOLINT: implicit
};

class ByteWriter {
 public:
  void u8(std::uint8_t value) { bytes_.push_back(value); }
  void u16(std::uint16_t value);
  void u32(std::uint32_t value);
  void f32(float value);
  // LEB128: seven bits a byte, low bits first, at most 10 bytes.
  void varint(std::uint64_t value);
  void raw(ByteView view);

  const Bytes& bytes() const { return bytes_; }
  Bytes take() { return std::move(bytes_); }

 private:
  Bytes bytes_;
};

class ByteReader {
 public:
  // `what` names the stream in error messages ("jpeg stream").
  ByteReader(ByteView view, std::string what) : view_(view), what_(std::move(what)) {}

  std::uint8_t u8();
  std::uint16_t u16();
  std::uint32_t u32();
  float f32();
  std::uint64_t varint();
  ByteView raw(std::size_t count);
  // Everything not read yet.
  ByteView rest() { return raw(remaining()); }
  std::size_t remaining() const { return view_.size - position_; }
  // Throws when bytes are left: a stream has exactly one valid length.
  void expect_end() const;

 private:
  ByteView view_;
  std::size_t position_ = 0;
  std::string what_;
};

}  // namespace splitbench
