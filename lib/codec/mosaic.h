// A mosaic: the channels of a feature map as tiles of one near-square 8-bit picture.
//
// The tile at place p is in row p / columns, column p % columns; channel c is at place c unless an
// order (codec/channel_order.h) says otherwise. Layouts are functions of the shape, and known from
// the size of the picture, so that they need no byte in a stream.
// Pure functions; thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

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

// Of the layouts with half to twice as many columns, the one that touches the fewest blocks of
// block x block pixels, for which a picture codec pays whether they are full or not; the one
// closest to a square where several do.
Mosaic compact_mosaic(std::size_t channels, std::size_t tile_height, std::size_t tile_width,
                      std::size_t block);

// The layout, of those without an empty row, whose picture has this size; none when there is none.
std::optional<Mosaic> mosaic_of_size(std::size_t channels, std::size_t tile_height,
                                     std::size_t tile_width, std::size_t width, std::size_t height);

// Between planes (channels * tile_height * tile_width bytes) and the picture (width() * height()
// bytes, row by row). Places behind the last tile are set to 0, and not read.
void tile(const Mosaic& mosaic, const std::uint8_t* planes, std::uint8_t* picture);
void untile(const Mosaic& mosaic, const std::uint8_t* picture, std::uint8_t* planes);

}  // namespace splitbench
