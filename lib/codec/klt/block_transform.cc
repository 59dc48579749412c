#include "codec/klt/block_transform.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/simd.h"
#include "codec/klt/lanes.h"

namespace splitbench::klt {
namespace {

// Four channels and four positions are turned into each other in registers.
using Quad = float __attribute__((vector_size(16)));
constexpr std::size_t kQuad = 4;

SPLITBENCH_INLINE void transpose(Quad (&rows)[kQuad]) {
  const Quad low01 = __builtin_shufflevector(rows[0], rows[1], 0, 4, 1, 5);
  const Quad high01 = __builtin_shufflevector(rows[0], rows[1], 2, 6, 3, 7);
  const Quad low23 = __builtin_shufflevector(rows[2], rows[3], 0, 4, 1, 5);
  const Quad high23 = __builtin_shufflevector(rows[2], rows[3], 2, 6, 3, 7);
  rows[0] = __builtin_shufflevector(low01, low23, 0, 1, 4, 5);
  rows[1] = __builtin_shufflevector(low01, low23, 2, 3, 6, 7);
  rows[2] = __builtin_shufflevector(high01, high23, 0, 1, 4, 5);
  rows[3] = __builtin_shufflevector(high01, high23, 2, 3, 6, 7);
}

// Where the four positions from x on are, or the last four: some are then done twice.
inline std::size_t quad_from(std::size_t x, std::size_t width) {
  return std::min(x, width - kQuad);
}

// Four channels' rows of `width` >= 4 values, to positions `lanes` floats apart.
SPLITBENCH_INLINE void load_quads(const float* const (&rows)[kQuad], std::size_t width,
                                  const Quad& means, std::size_t lanes, float* positions) {
  for (std::size_t i = 0; i < width; i += kQuad) {
    const std::size_t x = quad_from(i, width);
    Quad quads[kQuad];
    for (std::size_t c = 0; c < kQuad; ++c) std::memcpy(&quads[c], rows[c] + x, sizeof(Quad));
    transpose(quads);
    for (std::size_t j = 0; j < kQuad; ++j) {
      const Quad centred = quads[j] - means;
      std::memcpy(positions + (x + j) * lanes, &centred, sizeof(Quad));
    }
  }
}

SPLITBENCH_INLINE void store_quads(const float* positions, std::size_t lanes, std::size_t width,
                                   const Quad& means, ValueRange range,
                                   float* const (&rows)[kQuad]) {
  const Quad minimum = Quad{} + range.minimum;
  const Quad maximum = Quad{} + range.maximum;
  for (std::size_t i = 0; i < width; i += kQuad) {
    const std::size_t x = quad_from(i, width);
    Quad quads[kQuad];
    for (std::size_t j = 0; j < kQuad; ++j) {
      Quad value;
      std::memcpy(&value, positions + (x + j) * lanes, sizeof(Quad));
      value += means;
      // In this order, for which NaN (of overflowing sums) becomes a bound.
      value = value < maximum ? value : maximum;
      quads[j] = value > minimum ? value : minimum;
    }
    transpose(quads);
    for (std::size_t c = 0; c < kQuad; ++c) std::memcpy(rows[c] + x, &quads[c], sizeof(Quad));
  }
}

float limited(float value, ValueRange range) {
  const float capped = value < range.maximum ? value : range.maximum;
  return capped > range.minimum ? capped : range.minimum;
}

// Rows of a block in the tensor, for four channels at a time.
struct Rows {
  std::size_t stride;  // from one row to the next
  std::size_t width;
  std::size_t height;
};

SPLITBENCH_SIMD_CLONES
void load_rows(const float* const* maps, Rows rows, const float* mean, std::size_t lanes,
               std::size_t row_floats, float* buffer) {
  Quad means;
  std::memcpy(&means, mean, sizeof means);
  for (std::size_t y = 0; y < rows.height; ++y) {
    const std::size_t at = y * rows.stride;
    const float* const of_row[kQuad] = {maps[0] + at, maps[1] + at, maps[2] + at, maps[3] + at};
    load_quads(of_row, rows.width, means, lanes, buffer + y * row_floats);
  }
}

SPLITBENCH_SIMD_CLONES
void store_rows(const float* buffer, std::size_t lanes, std::size_t row_floats, const float* mean,
                ValueRange range, Rows rows, float* const* maps) {
  Quad means;
  std::memcpy(&means, mean, sizeof means);
  for (std::size_t y = 0; y < rows.height; ++y) {
    const std::size_t at = y * rows.stride;
    float* const of_row[kQuad] = {maps[0] + at, maps[1] + at, maps[2] + at, maps[3] + at};
    store_quads(buffer + y * row_floats, lanes, rows.width, means, range, of_row);
  }
}

}  // namespace

// Of a block: where it is in the tensor, and how much of it.
struct BlockTransform::Corner {
  std::size_t offset;  // in a channel's map
  std::size_t height;
  std::size_t width;
};

BlockTransform::BlockTransform(const BlockGrid& grid, const ChannelGroup& channels,
                               std::vector<float> mean)
    : grid_(grid),
      channels_(channels),
      lanes_(padded_lanes(channels.size())),
      mean_(std::move(mean)),
      along_y_(grid.y.block),
      along_x_(grid.x.block) {
  mean_.resize(lanes_);
}

BlockTransform::Corner BlockTransform::corner(std::size_t block) const {
  const std::size_t top = block / grid_.x.blocks * grid_.y.block;
  const std::size_t left = block % grid_.x.blocks * grid_.x.block;
  return {top * grid_.x.length + left, std::min(grid_.y.block, grid_.y.length - top),
          std::min(grid_.x.block, grid_.x.length - left)};
}

void BlockTransform::load(const float* tensor, std::size_t block, float* buffer) const {
  const Corner at = corner(block);
  const std::size_t row = grid_.x.block * lanes_;
  std::size_t c = 0;
  if (at.width == grid_.x.block && at.width >= kQuad) {
    for (; c + kQuad <= channels_.size(); c += kQuad) {
      const float* maps[kQuad];
      for (std::size_t i = 0; i < kQuad; ++i) {
        maps[i] = tensor + channels_[c + i] * grid_.plane() + at.offset;
      }
      load_rows(maps, {grid_.x.length, at.width, at.height}, &mean_[c], lanes_, row, buffer + c);
      // The edge is repeated.
      for (std::size_t y = at.height; y < grid_.y.block; ++y) {
        for (std::size_t x = 0; x < at.width; ++x) {
          std::copy_n(buffer + (at.height - 1) * row + x * lanes_ + c, kQuad,
                      buffer + y * row + x * lanes_ + c);
        }
      }
    }
  }
  for (; c < lanes_; ++c) {
    for (std::size_t y = 0; y < grid_.y.block; ++y) {
      for (std::size_t x = 0; x < grid_.x.block; ++x) {
        float& value = buffer[y * row + x * lanes_ + c];
        value = 0;
        if (c >= channels_.size()) continue;
        const std::size_t place =
            std::min(y, at.height - 1) * grid_.x.length + std::min(x, at.width - 1);
        value = tensor[channels_[c] * grid_.plane() + at.offset + place] - mean_[c];
      }
    }
  }
}

void BlockTransform::store(const float* buffer, std::size_t block, ValueRange range,
                           float* tensor) const {
  const Corner at = corner(block);
  const std::size_t row = grid_.x.block * lanes_;
  std::size_t c = 0;
  if (at.width >= kQuad) {
    for (; c + kQuad <= channels_.size(); c += kQuad) {
      float* maps[kQuad];
      for (std::size_t i = 0; i < kQuad; ++i) {
        maps[i] = tensor + channels_[c + i] * grid_.plane() + at.offset;
      }
      store_rows(buffer + c, lanes_, row, &mean_[c], range, {grid_.x.length, at.width, at.height},
                 maps);
    }
  }
  for (; c < channels_.size(); ++c) {
    float* map = tensor + channels_[c] * grid_.plane() + at.offset;
    for (std::size_t y = 0; y < at.height; ++y) {
      for (std::size_t x = 0; x < at.width; ++x) {
        map[y * grid_.x.length + x] = limited(buffer[y * row + x * lanes_ + c] + mean_[c], range);
      }
    }
  }
}

void BlockTransform::store_mean(std::size_t block, ValueRange range, float* tensor) const {
  const Corner at = corner(block);
  for (std::size_t c = 0; c < channels_.size(); ++c) {
    float* map = tensor + channels_[c] * grid_.plane() + at.offset;
    const float value = limited(mean_[c], range);
    for (std::size_t y = 0; y < at.height; ++y)
      std::fill_n(map + y * grid_.x.length, at.width, value);
  }
}

void BlockTransform::forward(const float* tensor, std::size_t block, FrequencyExtent extent,
                             float* buffer) const {
  load(tensor, block, buffer);
  const std::size_t row = grid_.x.block * lanes_;
  for (std::size_t i = 0; i < grid_.y.block; ++i) {
    along_x_.forward(buffer + i * row, lanes_, lanes_, extent.u);
  }
  for (std::size_t u = 0; u < extent.u; ++u) {
    along_y_.forward(buffer + u * lanes_, row, lanes_, extent.v);
  }
}

void BlockTransform::inverse(float* buffer, std::size_t block, FrequencyExtent extent,
                             ValueRange range, float* tensor) const {
  if (extent.u == 0) {
    store_mean(block, range, tensor);
    return;
  }
  const std::size_t row = grid_.x.block * lanes_;
  for (std::size_t u = 0; u < extent.u; ++u) {
    along_y_.inverse(buffer + u * lanes_, row, lanes_, extent.v);
  }
  for (std::size_t i = 0; i < grid_.y.block; ++i) {
    along_x_.inverse(buffer + i * row, lanes_, lanes_, extent.u);
  }
  store(buffer, block, range, tensor);
}

}  // namespace splitbench::klt
