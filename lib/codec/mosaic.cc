#include "codec/mosaic.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>

namespace splitbench {
namespace {

std::size_t quotient_up(std::size_t a, std::size_t b) { return (a + b - 1) / b; }

Mosaic mosaic_of(std::size_t channels, std::size_t tile_height, std::size_t tile_width,
                 std::size_t columns) {
  return {channels, tile_height, tile_width, columns, quotient_up(channels, columns)};
}

// Calls visit(row of the planes, place of that row in the picture) for all rows of all tiles.
template <typename Visitor>
void for_each_row(const Mosaic& mosaic, Visitor visit) {
  for (std::size_t channel = 0; channel < mosaic.channels; ++channel) {
    const std::size_t top = channel / mosaic.columns * mosaic.tile_height;
    const std::size_t left = channel % mosaic.columns * mosaic.tile_width;
    for (std::size_t y = 0; y < mosaic.tile_height; ++y) {
      visit((channel * mosaic.tile_height + y) * mosaic.tile_width,
            (top + y) * mosaic.width() + left);
    }
  }
}

}  // namespace

Mosaic near_square_mosaic(std::size_t channels, std::size_t tile_height, std::size_t tile_width) {
  // Square root and division are correctly rounded everywhere, so is the layout.
  const double ideal =
      std::sqrt(static_cast<double>(channels * tile_height) / static_cast<double>(tile_width));
  const auto rounded = static_cast<std::size_t>(std::floor(ideal + 0.5));
  return mosaic_of(channels, tile_height, tile_width,
                   std::clamp<std::size_t>(rounded, 1, channels));
}

Mosaic compact_mosaic(std::size_t channels, std::size_t tile_height, std::size_t tile_width,
                      std::size_t block) {
  const auto cost = [block](const Mosaic& mosaic) {
    return std::make_pair(quotient_up(mosaic.width(), block) * quotient_up(mosaic.height(), block),
                          std::max(mosaic.width(), mosaic.height()));
  };
  Mosaic best = near_square_mosaic(channels, tile_height, tile_width);
  const std::size_t most = std::min(2 * best.columns, channels);
  for (std::size_t columns = quotient_up(best.columns, 2); columns <= most; ++columns) {
    const Mosaic mosaic = mosaic_of(channels, tile_height, tile_width, columns);
    if (cost(mosaic) < cost(best)) best = mosaic;
  }
  return best;
}

std::optional<Mosaic> mosaic_of_size(std::size_t channels, std::size_t tile_height,
                                     std::size_t tile_width, std::size_t width,
                                     std::size_t height) {
  const std::size_t columns = width / tile_width;
  if (columns < 1 || columns > channels) return std::nullopt;
  const Mosaic mosaic = mosaic_of(channels, tile_height, tile_width, columns);
  if (mosaic.width() != width || mosaic.height() != height) return std::nullopt;
  return mosaic;
}

void tile(const Mosaic& mosaic, const std::uint8_t* planes, std::uint8_t* picture) {
  const std::size_t last_row = (mosaic.rows - 1) * mosaic.tile_height * mosaic.width();
  std::fill(picture + last_row, picture + mosaic.width() * mosaic.height(), std::uint8_t{0});
  for_each_row(mosaic, [&](std::size_t from, std::size_t to) {
    std::memcpy(picture + to, planes + from, mosaic.tile_width);
  });
}

void untile(const Mosaic& mosaic, const std::uint8_t* picture, std::uint8_t* planes) {
  for_each_row(mosaic, [&](std::size_t to, std::size_t from) {
    std::memcpy(planes + to, picture + from, mosaic.tile_width);
  });
}

}  // namespace splitbench
