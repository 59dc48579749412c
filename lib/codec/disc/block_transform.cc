#include "codec/disc/block_transform.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "codec/disc/block_dct.h"
#include "codec/disc/block_rows.h"

namespace splitbench::disc {
namespace {

constexpr std::size_t kQuad = kWidthOf<Quad>;

template <Direction kDirection, std::size_t kSize>
void transform_columns(const Block& from, Block& to) {
  BlockRows<Quad> rows;
  rows.load_block(from);
  transform_columns<kDirection, kSize>(rows);
  rows.store_block(to);
}

template <Direction kDirection>
void transform_columns(const Block& from, Block& to, std::size_t size) {
  using Transform = void (*)(const Block&, Block&);
  static constexpr Transform kTransforms[kSide] = {
      transform_columns<kDirection, 1>, transform_columns<kDirection, 2>,
      transform_columns<kDirection, 3>, transform_columns<kDirection, 4>,
      transform_columns<kDirection, 5>, transform_columns<kDirection, 6>,
      transform_columns<kDirection, 7>, transform_columns<kDirection, 8>};
  kTransforms[size - 1](from, to);
}

void transpose(const Block& from, Block& to) {
  BlockRows<Quad> rows;
  rows.load_block(from);
  transpose(rows);
  rows.store_block(to);
}

// The right half of a row of kWidth values, then `fill`. In registers: a row that went through
// memory in other pieces than it is read back would stall.
template <std::size_t kWidth>
inline Quad load_right(const float* row, Quad fill) {
  Quad quad = fill;
  if constexpr (kWidth == kSide) {
    std::memcpy(&quad, row + kQuad, sizeof quad);
  } else if constexpr (kWidth == kSide - 1) {
    Quad overlapping;
    std::memcpy(&overlapping, row + kQuad - 1, sizeof overlapping);
    quad = __builtin_shufflevector(overlapping, fill, 1, 2, 3, 4);
  } else {
    for (std::size_t x = kQuad; x < kWidth; ++x) quad[x - kQuad] = row[x];
  }
  return quad;
}

template <std::size_t kWidth>
inline Quad load_left(const float* row, Quad fill) {
  Quad quad = fill;
  if constexpr (kWidth >= kQuad) {
    std::memcpy(&quad, row, sizeof quad);
  } else {
    for (std::size_t x = 0; x < kWidth; ++x) quad[x] = row[x];
  }
  return quad;
}

template <std::size_t kWidth>
inline void store_row(Quad left, Quad right, float* row) {
  if constexpr (kWidth >= kQuad) std::memcpy(row, &left, sizeof left);
  if constexpr (kWidth == kSide) {
    std::memcpy(row + kQuad, &right, sizeof right);
  } else if constexpr (kWidth == kSide - 1) {
    const Quad overlapping = __builtin_shufflevector(left, right, 3, 4, 5, 6);
    std::memcpy(row + kQuad - 1, &overlapping, sizeof overlapping);
  } else {
    for (std::size_t x = kWidth < kQuad ? 0 : kQuad; x < kWidth; ++x) {
      row[x] = x < kQuad ? left[x] : right[x - kQuad];
    }
  }
}

template <std::size_t kWidth>
void load_rows(const float* map, std::size_t stride, std::size_t height, float mean, Block& block) {
  const Quad means = Quad{} + mean;
  for (std::size_t y = 0; y < height; ++y) {
    const float* row = map + y * stride;
    const Quad left = load_left<kWidth>(row, means) - means;
    const Quad right = load_right<kWidth>(row, means) - means;
    std::memcpy(block.lanes + y * kSide, &left, sizeof left);
    std::memcpy(block.lanes + y * kSide + kQuad, &right, sizeof right);
  }
  for (std::size_t lane = height * kSide; lane < kLanes; ++lane) block.lanes[lane] = 0;
}

inline Quad limited(Quad values, float low, float high) {
  const Quad lows = Quad{} + low;
  const Quad highs = Quad{} + high;
  const Quad raised = values < lows ? lows : values;
  return raised > highs ? highs : raised;
}

template <std::size_t kWidth>
void store_rows(const Block& block, float mean, float low, float high, float* map,
                std::size_t stride, std::size_t height) {
  for (std::size_t y = 0; y < height; ++y) {
    Quad left;
    Quad right;
    std::memcpy(&left, block.lanes + y * kSide, sizeof left);
    std::memcpy(&right, block.lanes + y * kSide + kQuad, sizeof right);
    store_row<kWidth>(limited(left + mean, low, high), limited(right + mean, low, high),
                      map + y * stride);
  }
}

}  // namespace

void load_block(const float* map, std::size_t stride, BlockSize size, float mean, Block& block) {
  using Load = void (*)(const float*, std::size_t, std::size_t, float, Block&);
  static constexpr Load kLoads[kSide] = {load_rows<1>, load_rows<2>, load_rows<3>, load_rows<4>,
                                         load_rows<5>, load_rows<6>, load_rows<7>, load_rows<8>};
  kLoads[size.width - 1](map, stride, size.height, mean, block);
}

void store_block(const Block& block, float mean, float low, float high, float* map,
                 std::size_t stride, BlockSize size) {
  using Store = void (*)(const Block&, float, float, float, float*, std::size_t, std::size_t);
  static constexpr Store kStores[kSide] = {store_rows<1>, store_rows<2>, store_rows<3>,
                                           store_rows<4>, store_rows<5>, store_rows<6>,
                                           store_rows<7>, store_rows<8>};
  kStores[size.width - 1](block, mean, low, high, map, stride, size.height);
}

void fill_block(float value, float* map, std::size_t stride, BlockSize size) {
  const Quad values = Quad{} + value;
  for (std::size_t y = 0; y < size.height; ++y) {
    float* row = map + y * stride;
    if (size.width >= kQuad) {
      store(values, row);
      store(values, row + size.width - kQuad);
    } else {
      std::fill_n(row, size.width, value);
    }
  }
}

void forward_dct(Block& block, BlockSize size) {
  Block turned;
  transform_columns<Direction::kForward>(block, block, size.height);
  transpose(block, turned);
  transform_columns<Direction::kForward>(turned, block, size.width);
}

void inverse_dct(Block& block, BlockSize size) {
  Block turned;
  transform_columns<Direction::kInverse>(block, block, size.width);
  transpose(block, turned);
  transform_columns<Direction::kInverse>(turned, block, size.height);
}

float dct_scale(std::size_t size, std::size_t frequency) {
  // One over the norm of the sums' cosines.
  if (size == kSide) return static_cast<float>(std::sqrt(frequency < 2 ? 1.0 / 8 : 1.0 / 2));
  return static_cast<float>(std::sqrt((frequency == 0 ? 1.0 : 2.0) / static_cast<double>(size)));
}

}  // namespace splitbench::disc
