// How maps are cut into blocks: each axis into the fewest pieces of at most 8 that are equal, or
// differ by one. Pieces of 7 and 8 cover the maps of most networks (7, 14, 28, 56, 112) evenly, so
// that no block is padded. Pure; thread-safe.
#pragma once

#include <array>
#include <cstddef>

namespace splitbench::disc {

constexpr std::size_t kSide = 8;
constexpr std::size_t kLanes = kSide * kSide;  // places for coefficients in a block

class BlockAxis {
 public:
  // Requires length > 0.
  explicit BlockAxis(std::size_t length)
      : pieces_((length + kSide - 1) / kSide),
        short_size_(length / pieces_),
        long_pieces_(length % pieces_) {}

  std::size_t pieces() const { return pieces_; }
  // The longer pieces come first.
  std::size_t size(std::size_t piece) const { return short_size_ + (piece < long_pieces_ ? 1 : 0); }
  std::size_t start(std::size_t piece) const {
    return piece * short_size_ + (piece < long_pieces_ ? piece : long_pieces_);
  }

 private:
  std::size_t pieces_;
  std::size_t short_size_;
  std::size_t long_pieces_;
};

// The blocks of one channel, row by row.
struct BlockGrid {
  std::size_t height = 0;
  std::size_t width = 0;
  BlockAxis rows;
  BlockAxis columns;

  BlockGrid(std::size_t map_height, std::size_t map_width)
      : height(map_height), width(map_width), rows(map_height), columns(map_width) {}

  std::size_t blocks() const { return rows.pieces() * columns.pieces(); }
};

}  // namespace splitbench::disc
