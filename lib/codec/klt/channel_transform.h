// The channel transform of one band, both ways as sums of scaled rows of a matrix.
//
// In float, each sum in the order of the rows, vectorised along them: equal bits on every platform.
//
// Immutable; may be shared by threads.
#pragma once

#include <cstddef>
#include <vector>

#include "codec/klt/parameters.h"

namespace splitbench::klt {

class ChannelTransform {
 public:
  ChannelTransform(const ChannelBasis& basis, std::size_t channels);

  std::size_t rank() const { return rank_; }
  // The first `count` <= rank() components of `values` (one for each channel); what follows them up
  // to padded_lanes(count) is overwritten.
  void forward(const float* values, std::size_t count, float* components) const;
  // Writes the sum of amplitude[i] times the synthesis row of component[i], i < count: to `values`,
  // padded_lanes(channels) of them.
  void inverse(const std::size_t* component, const float* amplitude, std::size_t count,
               float* values) const;

 private:
  std::size_t channels_;
  std::size_t lanes_;
  std::size_t rank_;
  std::vector<float> analysis_;   // [channel][component, padded]
  std::vector<float> synthesis_;  // [component][lane]
};

}  // namespace splitbench::klt
