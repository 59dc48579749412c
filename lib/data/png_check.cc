// Source of the chunk syntax: PNG (third edition), W3C, section 5.
#include <zlib.h>

#include <string_view>

#include "base/error.h"
#include "data/endian_view.h"
#include "data/image_check.h"

namespace splitbench {
namespace {

constexpr std::uint64_t kSignatureBytes = 8;

struct Chunk {
  std::string_view type;
  const std::uint8_t* data = nullptr;
  std::uint64_t offset = 0;  // of the length field
  std::uint64_t bytes = 0;   // with length, type and checksum

  // Decoders must understand it: the first letter is a capital.
  bool critical() const { return (type.front() & 0x20) == 0; }
};

Chunk read_chunk(const EndianView& view, std::uint64_t offset) {
  const std::uint64_t length = view.u32(offset);
  const std::uint8_t* type = view.at(offset + 4, length + 8);
  return {{reinterpret_cast<const char*>(type), 4}, type + 4, offset, length + 12};
}

void check_crc(const EndianView& view, const Chunk& chunk) {
  const auto covered = static_cast<uInt>(chunk.bytes - 8);
  const std::uint32_t stored = view.u32(chunk.offset + chunk.bytes - 4);
  if (crc32(0, view.at(chunk.offset + 4, covered), covered) != stored) {
    throw bad_input("the PNG chunk " + std::string(chunk.type) + " at byte " +
                    std::to_string(chunk.offset) + " is damaged: its checksum does not match");
  }
}

}  // namespace

ImageHeader check_png(ByteView file) {
  const EndianView view(file, Endian::kBig);
  Chunk chunk = read_chunk(view, kSignatureBytes);
  if (chunk.type != "IHDR" || chunk.bytes != 12 + 13) {
    throw bad_input("the PNG file does not start with its header");
  }
  const ImageHeader header{ImageFormat::kPng, view.u32(16), view.u32(20)};
  check_crc(view, chunk);
  while (chunk.type != "IEND") {
    chunk = read_chunk(view, chunk.offset + chunk.bytes);
    if (chunk.critical()) check_crc(view, chunk);
  }
  return header;
}

Bytes essential_png(ByteView file) {
  const EndianView view(file, Endian::kBig);
  Bytes essential(file.data, file.data + kSignatureBytes);
  Chunk chunk;
  std::uint64_t offset = kSignatureBytes;
  do {
    chunk = read_chunk(view, offset);
    offset += chunk.bytes;
    if (chunk.critical()) {
      const std::uint8_t* bytes = view.at(chunk.offset, chunk.bytes);
      essential.insert(essential.end(), bytes, bytes + chunk.bytes);
    }
  } while (chunk.type != "IEND");
  return essential;
}

}  // namespace splitbench
