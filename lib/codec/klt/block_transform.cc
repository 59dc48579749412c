#include "codec/klt/block_transform.h"

#include <algorithm>

#include "codec/klt/lanes.h"

namespace splitbench::klt {

BlockTransform::BlockTransform(const BlockGrid& grid, const std::vector<float>& mean)
    : grid_(grid),
      lanes_(padded_lanes(grid.channels)),
      mean_(mean),
      along_y_(grid.y.block),
      along_x_(grid.x.block) {
  mean_.resize(lanes_);
}

void BlockTransform::load(const float* tensor, std::size_t block, float* buffer) const {
  const std::size_t top = block / grid_.x.blocks * grid_.y.block;
  const std::size_t left = block % grid_.x.blocks * grid_.x.block;
  for (std::size_t group = 0; group < lanes_; group += kLaneGroup) {
    const std::size_t count = std::min(kLaneGroup, grid_.channels - group);
    float* position = buffer + group;
    for (std::size_t i = 0; i < grid_.y.block; ++i) {
      const std::size_t y = std::min(top + i, grid_.y.length - 1);
      const float* row = tensor + group * grid_.plane() + y * grid_.x.length;
      for (std::size_t j = 0; j < grid_.x.block; ++j, position += lanes_) {
        const float* value = row + std::min(left + j, grid_.x.length - 1);
        for (std::size_t c = 0; c < count; ++c, value += grid_.plane()) {
          position[c] = *value - mean_[group + c];
        }
        std::fill(position + count, position + kLaneGroup, 0.0F);
      }
    }
  }
}

void BlockTransform::store(const float* buffer, std::size_t block, float minimum, float maximum,
                           float* tensor) const {
  const std::size_t top = block / grid_.x.blocks * grid_.y.block;
  const std::size_t left = block % grid_.x.blocks * grid_.x.block;
  const std::size_t height = std::min(grid_.y.block, grid_.y.length - top);
  const std::size_t width = std::min(grid_.x.block, grid_.x.length - left);
  for (std::size_t group = 0; group < grid_.channels; group += kLaneGroup) {
    const std::size_t count = std::min(kLaneGroup, grid_.channels - group);
    for (std::size_t i = 0; i < height; ++i) {
      float* row = tensor + group * grid_.plane() + (top + i) * grid_.x.length + left;
      const float* position = buffer + i * grid_.x.block * lanes_ + group;
      for (std::size_t j = 0; j < width; ++j, position += lanes_) {
        float* to = row + j;
        for (std::size_t c = 0; c < count; ++c, to += grid_.plane()) {
          const float value = position[c] + mean_[group + c];
          // In this order, for which NaN (of overflowing sums) becomes a bound.
          const float capped = value < maximum ? value : maximum;
          *to = capped > minimum ? capped : minimum;
        }
      }
    }
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
                             float minimum, float maximum, float* tensor) const {
  const std::size_t row = grid_.x.block * lanes_;
  for (std::size_t u = 0; u < extent.u; ++u) {
    along_y_.inverse(buffer + u * lanes_, row, lanes_, extent.v);
  }
  for (std::size_t i = 0; i < grid_.y.block; ++i) {
    along_x_.inverse(buffer + i * row, lanes_, lanes_, extent.u);
  }
  store(buffer, block, minimum, maximum, tensor);
}

}  // namespace splitbench::klt
