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
  // The first `count` <= rank() components of `values` (one for each channel).
  void forward(const float* values, std::size_t count, float* components) const;
  // Of these only the ones of panel `panel`, kPanel of them or what is left; none if `count` ends
  // before it. Many vectors are transformed panel by panel, each of which stays in the cache.
  void forward_panel(const float* values, std::size_t panel, std::size_t count,
                     float* components) const;
  std::size_t panels() const { return (rank_ + kPanel - 1) / kPanel; }
  // Adds amplitude[i] times the synthesis row of component[i], i < count, to `values`:
  // padded_lanes(channels) of them.
  void inverse(const std::size_t* component, const float* amplitude, std::size_t count,
               float* values) const;

 private:
  static constexpr std::size_t kPanel = 64;

  std::size_t channels_;
  std::size_t lanes_;
  std::size_t rank_;
  std::vector<float> analysis_;   // [panel][channel][component of the panel]
  std::vector<float> synthesis_;  // [component][lane]
};

}  // namespace splitbench::klt
