// Blocks of some channels of a feature map as frequencies: position-major with the channels as
// lanes, their means removed, and the cosine transform in space.
//
// Immutable; may be shared by threads (each with its own block buffer).
#pragma once

#include <cstddef>
#include <vector>

#include "codec/klt/block_grid.h"
#include "codec/klt/channel_groups.h"
#include "codec/klt/cosine_transform.h"

namespace splitbench::klt {

// The leading frequencies that are in use along each axis.
struct FrequencyExtent {
  std::size_t v = 0;
  std::size_t u = 0;
};

// What decoded values are clamped to.
struct ValueRange {
  float minimum = 0;
  float maximum = 0;
};

class BlockTransform {
 public:
  // `mean`: of each channel of the group.
  BlockTransform(const BlockGrid& grid, const ChannelGroup& channels, std::vector<float> mean);

  // Floats from one position or frequency of a block to the next.
  std::size_t lanes() const { return lanes_; }
  std::size_t buffer_size() const { return lanes_ * grid_.block_size(); }
  std::size_t offset(const Frequency& frequency) const {
    return (frequency.v * grid_.x.block + frequency.u) * lanes_;
  }

  // Reads the group's channels in block `block` of the tensor (CxHxW) and leaves their frequencies
  // within `extent` in `buffer`.
  void forward(const float* tensor, std::size_t block, FrequencyExtent extent, float* buffer) const;
  // The reverse: frequencies outside `extent` are taken as 0. The buffer is spent.
  void inverse(float* buffer, std::size_t block, FrequencyExtent extent, ValueRange range,
               float* tensor) const;

 private:
  struct Corner;

  Corner corner(std::size_t block) const;
  void load(const float* tensor, std::size_t block, float* buffer) const;
  void store(const float* buffer, std::size_t block, ValueRange range, float* tensor) const;
  void store_mean(std::size_t block, ValueRange range, float* tensor) const;

  BlockGrid grid_;
  ChannelGroup channels_;
  std::size_t lanes_;
  std::vector<float> mean_;  // padded to whole lanes
  CosineTransform along_y_;
  CosineTransform along_x_;
};

}  // namespace splitbench::klt
