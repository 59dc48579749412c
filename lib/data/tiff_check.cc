// Source: TIFF, revision 6.0, section 2 (structure), 3 (strips) and 15 (tiles). Looks at the first
// picture only, as decoders do.
#include <optional>

#include "base/error.h"
#include "data/endian_view.h"
#include "data/image_check.h"

namespace splitbench {
namespace {

enum Tag : std::uint16_t {
  kImageWidth = 256,
  kImageLength = 257,
  kPhotometric = 262,
  kStripOffsets = 273,
  kStripByteCounts = 279,
  kTileOffsets = 324,
  kTileByteCounts = 325,
};

constexpr std::uint64_t kEntryBytes = 12;
constexpr std::uint32_t kSeparated = 5;  // photometric interpretation of CMYK

// A field of unsigned 16- or 32-bit integers.
class Field {
 public:
  Field(const EndianView& view, std::uint64_t entry) : view_(view), count_(view.u32(entry + 4)) {
    constexpr std::uint16_t kShort = 3, kLong = 4;
    const std::uint16_t type = view.u16(entry + 2);
    if (type != kShort && type != kLong) throw bad_input("the TIFF header is damaged");
    bytes_ = type == kShort ? 2 : 4;
    // Values of up to four bytes sit in the entry itself.
    offset_ = bytes_ * count_ <= 4 ? entry + 8 : view.u32(entry + 8);
    view.at(offset_, bytes_ * count_);
  }

  std::uint64_t count() const { return count_; }
  std::uint32_t value(std::uint64_t index) const {
    const std::uint64_t at = offset_ + index * bytes_;
    return bytes_ == 2 ? view_.u16(at) : view_.u32(at);
  }

 private:
  const EndianView& view_;
  std::uint64_t count_;
  std::uint64_t bytes_ = 0;
  std::uint64_t offset_ = 0;
};

std::optional<Field> find_field(const EndianView& view, std::uint16_t tag) {
  const std::uint64_t directory = view.u32(4);
  const std::uint64_t entries = view.u16(directory);
  for (std::uint64_t i = 0; i < entries; ++i) {
    const std::uint64_t entry = directory + 2 + i * kEntryBytes;
    if (view.u16(entry) == tag) return Field(view, entry);
  }
  return std::nullopt;
}

std::uint32_t first_value(const EndianView& view, std::uint16_t tag, std::uint32_t fallback) {
  const std::optional<Field> field = find_field(view, tag);
  return field && field->count() > 0 ? field->value(0) : fallback;
}

// Every strip or tile must lie within the file.
void check_pieces(const EndianView& view, std::uint16_t offsets_tag, std::uint16_t counts_tag) {
  const std::optional<Field> offsets = find_field(view, offsets_tag);
  const std::optional<Field> counts = find_field(view, counts_tag);
  if (!offsets || !counts) return;
  for (std::uint64_t i = 0; i < offsets->count() && i < counts->count(); ++i) {
    view.at(offsets->value(i), counts->value(i));
  }
}

}  // namespace

ImageHeader check_tiff(ByteView file) {
  const EndianView view(file, file.data[0] == 'I' ? Endian::kLittle : Endian::kBig);
  const ImageHeader header{ImageFormat::kTiff, first_value(view, kImageWidth, 0),
                           first_value(view, kImageLength, 0)};
  if (first_value(view, kPhotometric, 0) == kSeparated) {
    throw bad_input("CMYK TIFF files are not supported; convert the picture to RGB");
  }
  check_pieces(view, kStripOffsets, kStripByteCounts);
  check_pieces(view, kTileOffsets, kTileByteCounts);
  return header;
}

}  // namespace splitbench
