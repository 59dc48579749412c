// Looks over an image file before a decoder does: what it is, how large, and whether it is all
// there.
//
// Decoders are lenient where a benchmark must not be: libjpeg fills the missing half of a cut-off
// picture with grey, and says so on stderr only. They also allocate what a header asks for.
// Pure functions; thread-safe. Messages do not name the file: the caller knows it.
#pragma once

#include <cstdint>

#include "base/bytes.h"

namespace splitbench {

enum class ImageFormat { kJpeg, kPng, kBmp, kPnm, kWebp, kTiff };

struct ImageHeader {
  ImageFormat format = ImageFormat::kJpeg;
  std::uint64_t width = 0;
  std::uint64_t height = 0;
};

// Throws Error{kBadInput} when the bytes are none of the formats above, are cut off, fail a
// checksum, or declare no pixels or more than 2^28.
ImageHeader check_image(ByteView file);

// A PNG file without its ancillary chunks (colour profile, text, time, transparency): nothing in
// them changes the samples, and libpng complains about many of them on stderr. Requires that
// check_image() accepted the file.
Bytes essential_png(ByteView file);

// One format each, used by check_image(); they assume the format's magic number.
ImageHeader check_jpeg(ByteView file);
ImageHeader check_png(ByteView file);
ImageHeader check_bmp(ByteView file);
ImageHeader check_pnm(ByteView file);
ImageHeader check_webp(ByteView file);
ImageHeader check_tiff(ByteView file);

}  // namespace splitbench
