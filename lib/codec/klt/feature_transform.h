// A block of a tensor as coefficients in units of the step, and back: for each group of channels
// the cosine transform in space, then the channel transform of every frequency.
//
// The spatial transform comes first because few components are coded at high frequencies: the
// channel transform, which costs most, then has to produce those only.
//
// Immutable; may be shared by threads, each with its own buffer.
#pragma once

#include <array>
#include <vector>

#include "codec/klt/block_grid.h"
#include "codec/klt/block_transform.h"
#include "codec/klt/channel_transform.h"
#include "codec/klt/level_model.h"
#include "codec/klt/parameters.h"

namespace splitbench::klt {

// A coefficient that is not 0.
struct Amplitude {
  CodedCoefficient coefficient;
  float value = 0;  // in the unit of parameters.h
};

class FeatureTransform {
 public:
  FeatureTransform(const Parameters& parameters, const BlockGrid& grid);

  const BlockGrid& grid() const { return grid_; }
  const std::vector<Frequency>& scan() const { return scan_; }

  std::vector<float> make_buffer() const { return std::vector<float>(buffer_size_); }
  // Room for the values of a block.
  std::vector<float> make_values(const LevelModel& model) const;
  // Block `block` of the tensor, which holds finite values, as model.size() values in steps.
  void forward(const float* tensor, std::size_t block, const LevelModel& model,
               std::vector<float>& buffer, std::vector<float>& values) const;
  // The reverse: all coefficients are 0 but `count` given ones, which ascend by place.
  void inverse(const Amplitude* amplitudes, std::size_t count, const LevelModel& model,
               std::size_t block, std::vector<float>& buffer, float* tensor) const;

 private:
  struct Group {
    BlockTransform blocks;
    std::vector<ChannelTransform> bands;
  };

  // How far these coefficients reach.
  FrequencyExtent extent_of(const Amplitude* amplitudes, const Amplitude* end) const;
  // Writes the frequencies of one group within `extent`.
  void synthesise(const Group& group, const Amplitude* amplitudes, const Amplitude* end,
                  FrequencyExtent extent, float* buffer) const;

  BlockGrid grid_;
  std::vector<Frequency> scan_;
  std::vector<Group> groups_;
  std::size_t buffer_size_ = 0;
  ValueRange range_;
};

}  // namespace splitbench::klt
