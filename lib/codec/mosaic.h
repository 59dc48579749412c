// A mosaic: the channels of a feature map as tiles of one near-square 8-bit picture.
//
// Channel c is the tile in row c / columns, column c % columns. The layout is a function of the
// shape alone, so that it needs no byte in a stream; it is part of the formats that use it.
// Pure functions; thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>

namespace splitbench {

struct Mosaic {
  std::size_t channels = 0;
  std::size_t tile_height = 0;
  std::size_t tile_width = 0;
  std::size_t columns = 0;
  std::size_t rows = 0;

  std::size_t width() const { return columns * tile_width; }
  std::size_t height() const { return rows * tile_height; }
};

// The layout whose picture is closest to a square: columns = round(sqrt(channels * height /
// width)). All arguments must be at least 1, and their product at most 2^40.
Mosaic near_square_mosaic(std::size_t channels, std::size_t tile_height, std::size_t tile_width);

// Between planes (channels * tile_height * tile_width bytes) and the picture (width() * height()
// bytes, row by row). Places behind the last tile are set to 0, and not read.
void tile(const Mosaic& mosaic, const std::uint8_t* planes, std::uint8_t* picture);
void untile(const Mosaic& mosaic, const std::uint8_t* picture, std::uint8_t* planes);

}  // namespace splitbench
