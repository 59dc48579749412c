// Which channel another one is best predicted from, learnt from samples.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "codec/disc/feature_maps.h"
#include "core/tensor.h"

namespace splitbench::disc {

// Not thread-safe.
class ChannelCovariance {
 public:
  explicit ChannelCovariance(const FeatureMaps& maps)
      : maps_(maps), products_(maps.channels * maps.channels) {}

  // The tensor's values, after `means` of its channels are taken off.
  void add(const Tensor& tensor, const std::vector<double>& means);

  // The part of a channel's variance that `other` explains, and by what factor.
  double explained(std::size_t channel, std::size_t other) const;
  double slope(std::size_t channel, std::size_t other) const;

 private:
  double product(std::size_t a, std::size_t b) const {
    return a >= b ? products_[a * maps_.channels + b] : products_[b * maps_.channels + a];
  }

  FeatureMaps maps_;
  std::vector<double> products_;  // sums, of channel and other <= channel
};

}  // namespace splitbench::disc
