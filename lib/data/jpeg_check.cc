// Source of the marker syntax: ITU-T T.81, annex B.
#include <cstring>

#include "base/error.h"
#include "data/endian_view.h"
#include "data/image_check.h"

namespace splitbench {
namespace {

// Of these, TEM, RST0 to RST7, SOI and EOI stand alone; the others head a segment with a length.
enum Marker : std::uint8_t {
  kTem = 0x01,
  kSof0 = 0xC0,
  kDht = 0xC4,
  kJpg = 0xC8,
  kDac = 0xCC,
  kSof15 = 0xCF,
  kRst0 = 0xD0,
  kSoi = 0xD8,
  kEoi = 0xD9,
  kSos = 0xDA,
};

bool is_frame_header(std::uint8_t marker) {
  return marker >= kSof0 && marker <= kSof15 && marker != kDht && marker != kJpg && marker != kDac;
}

// The offset of the next marker's code at or after `at`. Skips entropy-coded data (with its stuffed
// FF 00 and restart markers) and, as decoders do, garbage between segments.
std::uint64_t find_marker(ByteView file, std::uint64_t at) {
  while (at < file.size) {
    const void* found = std::memchr(file.data + at, 0xFF, file.size - at);
    if (found == nullptr) break;
    at = static_cast<std::uint64_t>(static_cast<const std::uint8_t*>(found) - file.data) + 1;
    if (at == file.size) break;
    const std::uint8_t code = file.data[at];
    const bool marker = code != 0 && code != 0xFF && code != kTem && (code < kRst0 || code > kSoi);
    if (marker) return at;
  }
  throw bad_input("the JPEG file is cut off: it has no end-of-image marker");
}

}  // namespace

ImageHeader check_jpeg(ByteView file) {
  const EndianView view(file, Endian::kBig);
  ImageHeader header{ImageFormat::kJpeg, 0, 0};
  bool scan_seen = false;
  for (std::uint64_t at = find_marker(file, 2);; at = find_marker(file, at)) {
    const std::uint8_t marker = view.u8(at);
    if (marker == kEoi) break;
    scan_seen = scan_seen || marker == kSos;
    if (is_frame_header(marker)) {
      header.height = view.u16(at + 4);
      header.width = view.u16(at + 6);
    }
    at += 1 + std::uint64_t{view.u16(at + 1)};
  }
  if (!scan_seen) throw bad_input("the JPEG file has no picture");
  return header;
}

}  // namespace splitbench
