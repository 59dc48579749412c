// The look over an image file before a decoder sees it. What it accepts has a size, and a PNG file
// that it accepts stays one without its ancillary chunks.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>

#include "base/error.h"
#include "data/image_check.h"

namespace splitbench {
namespace {

constexpr std::uint64_t kMaxPixels = std::uint64_t{1} << 28;

std::optional<ImageHeader> accepted(ByteView file) {
  try {
    return check_image(file);
  } catch (const Error&) {
    return std::nullopt;
  }
}

void check(ByteView file) {
  const std::optional<ImageHeader> header = accepted(file);
  if (!header) return;
  if (header->width == 0 || header->height == 0) std::abort();
  if (header->height > kMaxPixels / header->width) std::abort();
  if (header->format != ImageFormat::kPng) return;
  const Bytes essential = essential_png(file);
  if (essential.size() > file.size) std::abort();
  const ImageHeader again = check_image(essential);
  if (again.width != header->width || again.height != header->height) std::abort();
}

}  // namespace
}  // namespace splitbench

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  splitbench::check({data, size});
  return 0;
}
