// A whole tensor as coefficients in units of the step, and back: the cosine transform of every
// block, then the channel transform of every frequency.
//
// The spatial transform comes first because few components are coded at high frequencies: the
// channel transform, which costs most, then has to produce those only.
//
// Immutable; may be shared by threads.
#pragma once

#include <array>
#include <vector>

#include "codec/klt/block_grid.h"
#include "codec/klt/block_transform.h"
#include "codec/klt/channel_transform.h"
#include "codec/klt/level_model.h"
#include "codec/klt/parameters.h"

namespace splitbench::klt {

// A value in steps, of the coefficient at `place` in its block.
struct PlacedValue {
  std::size_t place = 0;
  float value = 0;
};

class FeatureTransform {
 public:
  FeatureTransform(const Parameters& parameters, const BlockGrid& grid);

  const BlockGrid& grid() const { return grid_; }
  const std::vector<Frequency>& scan() const { return scan_; }

  // model.size() values of each block, in steps; `tensor` holds finite values.
  std::vector<float> forward(const float* tensor, const LevelModel& model) const;
  // The reverse for block `block`: of its values all are 0 but `count` given ones, which
  // ascend by place. `buffer` is room for the work, all zero before and after.
  void inverse_block(const PlacedValue* values, std::size_t count, const LevelModel& model,
                     std::size_t block, std::vector<float>& buffer, float* tensor) const;
  std::vector<float> make_buffer() const { return std::vector<float>(blocks_.buffer_size()); }

 private:
  // The components of every frequency of one block.
  void transform_channels(const float* buffer, const LevelModel& model, float* values) const;
  // Adds up the frequencies of one block; how far they reach.
  FrequencyExtent synthesise(const PlacedValue* values, std::size_t count, const LevelModel& model,
                             float* buffer) const;

  BlockGrid grid_;
  std::vector<Frequency> scan_;
  BlockTransform blocks_;
  std::vector<ChannelTransform> bands_;
  float minimum_;
  float maximum_;
};

}  // namespace splitbench::klt
