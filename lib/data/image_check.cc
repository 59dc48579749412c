#include "data/image_check.h"

#include <cstdlib>
#include <string>
#include <string_view>

#include "base/error.h"
#include "data/endian_view.h"

namespace splitbench {
namespace {

constexpr std::uint64_t kMaxPixels = std::uint64_t{1} << 28;

bool starts_with(ByteView file, std::string_view magic, std::size_t offset = 0) {
  return file.size >= offset + magic.size() &&
         std::string_view(reinterpret_cast<const char*>(file.data) + offset, magic.size()) == magic;
}

ImageHeader check_format(ByteView file) {
  using namespace std::string_view_literals;
  if (starts_with(file, "\xFF\xD8\xFF"sv)) return check_jpeg(file);
  if (starts_with(file, "\x89PNG\r\n\x1A\n"sv)) return check_png(file);
  if (starts_with(file, "BM"sv)) return check_bmp(file);
  if (starts_with(file, "RIFF"sv) && starts_with(file, "WEBP"sv, 8)) return check_webp(file);
  if (starts_with(file, "II*\0"sv) || starts_with(file, "MM\0*"sv)) return check_tiff(file);
  if (file.size > 1 && file.data[0] == 'P' && file.data[1] >= '1' && file.data[1] <= '6') {
    return check_pnm(file);
  }
  throw bad_input(file.size == 0 ? "the file is empty"
                                 : "not an image: neither JPEG, PNG, BMP, PNM, WebP nor TIFF");
}

// The next number of a PNM header, after white space and comments; moves `at` behind it.
std::uint64_t next_pnm_number(const EndianView& view, std::uint64_t& at) {
  bool comment = false;
  for (;; ++at) {
    const std::uint8_t c = view.u8(at);
    if (c == '#') comment = true;
    if (c == '\n' || c == '\r') comment = false;
    if (!comment && c >= '0' && c <= '9') break;
    if (!comment && c != '#' && c != ' ' && c != '\t' && c != '\n' && c != '\r') {
      throw bad_input("the PNM header is damaged at byte " + std::to_string(at));
    }
  }
  std::uint64_t number = 0;
  for (; view.u8(at) >= '0' && view.u8(at) <= '9'; ++at) {
    number = number * 10 + (view.u8(at) - '0');
    if (number > kMaxPixels) throw bad_input("the PNM header declares a size above 2^28");
  }
  return number;
}

}  // namespace

ImageHeader check_image(ByteView file) {
  const ImageHeader header = check_format(file);
  if (header.width == 0 || header.height == 0 || header.height > kMaxPixels / header.width) {
    throw bad_input("declares " + std::to_string(header.width) + " x " +
                    std::to_string(header.height) + " pixels, outside 1 to 2^28");
  }
  return header;
}

ImageHeader check_bmp(ByteView file) {
  constexpr std::uint32_t kOs2HeaderBytes = 12;
  constexpr std::uint32_t kUncompressed = 0, kBitFields = 3;
  const EndianView view(file, Endian::kLittle);
  ImageHeader header{ImageFormat::kBmp, 0, 0};
  std::uint64_t bits = 0;
  std::uint32_t compression = kUncompressed;
  if (view.u32(14) == kOs2HeaderBytes) {
    header.width = view.u16(18);
    header.height = view.u16(20);
    bits = view.u16(24);
  } else {
    header.width = view.u32(18);
    // Negative heights are rows from the top.
    header.height = static_cast<std::uint64_t>(std::llabs(static_cast<std::int32_t>(view.u32(22))));
    bits = view.u16(28);
    compression = view.u32(30);
  }
  if (compression == kUncompressed || compression == kBitFields) {
    const std::uint64_t row_bytes = (header.width * bits + 31) / 32 * 4;
    view.at(view.u32(10), row_bytes * header.height);
  }
  return header;
}

ImageHeader check_pnm(ByteView file) {
  const EndianView view(file, Endian::kBig);
  const char kind = static_cast<char>(view.u8(1));
  const bool bitmap = kind == '1' || kind == '4';
  std::uint64_t at = 2;
  ImageHeader header{ImageFormat::kPnm, 0, 0};
  header.width = next_pnm_number(view, at);
  header.height = next_pnm_number(view, at);
  const std::uint64_t maximum = bitmap ? 1 : next_pnm_number(view, at);
  if (kind >= '4') {
    const std::uint64_t samples = header.width * (kind == '6' ? 3 : 1);
    const std::uint64_t row_bytes = bitmap ? (samples + 7) / 8 : samples * (maximum > 255 ? 2 : 1);
    view.at(at + 1, row_bytes * header.height);
  }
  return header;
}

ImageHeader check_webp(ByteView file) {
  const EndianView view(file, Endian::kLittle);
  view.at(8, view.u32(4));
  const std::string_view chunk(reinterpret_cast<const char*>(view.at(12, 4)), 4);
  if (chunk == "VP8X") return {ImageFormat::kWebp, view.u24(24) + 1u, view.u24(27) + 1u};
  if (chunk == "VP8L") {
    const std::uint32_t sizes = view.u32(21);
    return {ImageFormat::kWebp, (sizes & 0x3FFF) + 1, (sizes >> 14 & 0x3FFF) + 1};
  }
  if (chunk == "VP8 ") return {ImageFormat::kWebp, view.u16(26) & 0x3FFFu, view.u16(28) & 0x3FFFu};
  throw bad_input("the WebP file has no picture");
}

}  // namespace splitbench
