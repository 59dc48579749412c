// Small image files built in memory, with the header fields as asked for: for tests of readers.
#pragma once

#include <zlib.h>

#include <cstdint>
#include <string>

#include "support/dataset_files.h"

namespace splitbench {

inline std::string png_chunk(const std::string& type, const std::string& data) {
  std::string chunk;
  append_big_endian(chunk, static_cast<std::uint32_t>(data.size()));
  const std::string covered = type + data;
  chunk += covered;
  const auto* bytes = reinterpret_cast<const Bytef*>(covered.data());
  append_big_endian(chunk,
                    static_cast<std::uint32_t>(crc32(0, bytes, static_cast<uInt>(covered.size()))));
  return chunk;
}

// A PNG file; `colour` is its colour type (0 grey, 2 RGB, 6 RGBA), `samples` its rows in order,
// without the filter bytes.
inline std::string png_bytes(std::uint32_t width, std::uint32_t height, char colour, char bits,
                             const std::string& samples) {
  std::string header;
  append_big_endian(header, width);
  append_big_endian(header, height);
  header += bits;
  header += colour;
  header += std::string(3, '\0');
  std::string rows;
  const std::size_t row_bytes = height == 0 ? 0 : samples.size() / height;
  for (std::size_t y = 0; row_bytes > 0 && y < height; ++y) {
    rows += '\0';
    rows += samples.substr(y * row_bytes, row_bytes);
  }
  uLongf size = compressBound(static_cast<uLong>(rows.size()));
  std::string packed(size, '\0');
  compress(reinterpret_cast<Bytef*>(packed.data()), &size,
           reinterpret_cast<const Bytef*>(rows.data()), static_cast<uLong>(rows.size()));
  packed.resize(size);
  return "\x89PNG\r\n\x1A\n" + png_chunk("IHDR", header) + png_chunk("IDAT", packed) +
         png_chunk("IEND", "");
}

// A binary PNM file (P4, P5, P6) whose sample bytes are 0, 1, 2 ...; `maximum` 0 leaves it out.
inline std::string pnm_bytes(const std::string& kind, int width, int height, int maximum) {
  std::string file = kind + "\n" + std::to_string(width) + " " + std::to_string(height) + "\n";
  if (maximum > 0) file += std::to_string(maximum) + "\n";
  const int row_bytes =
      kind == "P4" ? (width + 7) / 8 : width * (kind == "P6" ? 3 : 1) * (maximum > 255 ? 2 : 1);
  for (int i = 0; i < row_bytes * height; ++i) file += static_cast<char>(i);
  return file;
}

inline void append_little_endian(std::string& text, std::uint32_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) text += static_cast<char>(value >> 8 * i & 0xFF);
}

// A 24-bit BMP file, all black.
inline std::string bmp_bytes(std::uint32_t width, std::uint32_t height) {
  const std::uint32_t pixels = (width * 24 + 31) / 32 * 4 * height;
  std::string file = "BM";
  for (const std::uint32_t value : {54 + pixels, 0u, 54u, 40u, width, height}) {
    append_little_endian(file, value, 4);
  }
  append_little_endian(file, 1, 2);
  append_little_endian(file, 24, 2);
  for (int i = 0; i < 6; ++i) append_little_endian(file, 0, 4);
  return file + std::string(pixels, '\0');
}

// A TIFF file that declares 8-bit grey samples but holds a strip of twelve bytes only.
inline std::string tiff_bytes(std::uint32_t width, std::uint32_t height) {
  struct Entry {
    std::uint16_t tag;
    std::uint32_t value;
  };
  const Entry entries[] = {{256, width}, {257, height}, {258, 8}, {259, 1},
                           {262, 1},     {273, 118},    {277, 1}, {278, height}};
  std::string file("II*\0\x08\0\0\0", 8);
  append_little_endian(file, 9, 2);
  auto append = [&file](const Entry& entry) {
    append_little_endian(file, entry.tag, 2);
    append_little_endian(file, 4, 2);  // LONG
    append_little_endian(file, 1, 4);
    append_little_endian(file, entry.value, 4);
  };
  for (const Entry& entry : entries) append(entry);
  append({279, 12});
  return file + std::string(12, 'x');
}

// The start of a lossless WebP file: enough for its size to be read.
inline std::string webp_lossless_header(std::uint32_t width, std::uint32_t height) {
  std::string file = "RIFF";
  append_little_endian(file, 18, 4);
  file += "WEBPVP8L";
  append_little_endian(file, 5, 4);
  file += '\x2F';
  append_little_endian(file, (width - 1) | (height - 1) << 14, 4);
  return file + '\0';
}

}  // namespace splitbench
