// Second moments of the channels' coefficients at each place of a block, learnt from samples.
#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include "codec/disc/feature_maps.h"
#include "core/tensor.h"

namespace splitbench::disc {

// Not thread-safe.
class LaneMoments {
 public:
  LaneMoments(const FeatureMaps& maps, bool transformed);

  // The tensor's coefficients, after `means` of its channels are taken off.
  void add(const Tensor& tensor, const std::vector<double>& means);

  std::size_t channels() const { return maps_.channels; }
  // Sums of outer products of the channels' coefficients in a lane, [channel][channel].
  const std::vector<double>& of(std::size_t lane) const { return sums_[lane]; }
  // How many there were.
  double count(std::size_t lane) const { return counts_[lane]; }
  double count() const;

 private:
  FeatureMaps maps_;
  bool transformed_;
  std::array<std::vector<double>, kLanes> sums_;
  std::array<double, kLanes> counts_{};
};

}  // namespace splitbench::disc
