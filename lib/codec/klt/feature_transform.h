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

class FeatureTransform {
 public:
  FeatureTransform(const Parameters& parameters, const BlockGrid& grid);

  const BlockGrid& grid() const { return grid_; }
  const std::vector<Frequency>& scan() const { return scan_; }

  // model.size() values of each block, in steps; `tensor` holds finite values.
  std::vector<float> forward(const float* tensor, const LevelModel& model) const;
  // The reverse, for values in steps of which most are 0.
  void inverse(const std::vector<float>& values, const LevelModel& model, float* tensor) const;

 private:
  // Adds up the frequencies of one block; how far they reach.
  FrequencyExtent synthesise(const float* values, const LevelModel& model, float* buffer) const;

  BlockGrid grid_;
  std::vector<Frequency> scan_;
  BlockTransform blocks_;
  std::vector<ChannelTransform> bands_;
  float minimum_;
  float maximum_;
};

}  // namespace splitbench::klt
