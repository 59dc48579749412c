#include "codec/disc/channel_covariance.h"

namespace splitbench::disc {

void ChannelCovariance::add(const Tensor& tensor, const std::vector<double>& means) {
  const std::size_t size = maps_.grid.height * maps_.grid.width;
  const auto* values = tensor.as<float>();
  std::vector<float> centred(maps_.channels * size);
  for (std::size_t channel = 0; channel < maps_.channels; ++channel) {
    const auto mean = static_cast<float>(means[channel]);
    for (std::size_t i = channel * size; i < (channel + 1) * size; ++i) {
      centred[i] = values[i] - mean;
    }
  }
  for (std::size_t a = 0; a < maps_.channels; ++a) {
    for (std::size_t b = 0; b <= a; ++b) {
      double sum = 0;
      for (std::size_t i = 0; i < size; ++i) {
        sum += double{centred[a * size + i]} * centred[b * size + i];
      }
      products_[a * maps_.channels + b] += sum;
    }
  }
}

double ChannelCovariance::explained(std::size_t channel, std::size_t other) const {
  const double variances = product(channel, channel) * product(other, other);
  const double covariance = product(channel, other);
  return variances > 0 ? covariance * covariance / variances : 0;
}

double ChannelCovariance::slope(std::size_t channel, std::size_t other) const {
  const double variance = product(other, other);
  return variance > 0 ? product(channel, other) / variance : 0;
}

}  // namespace splitbench::disc
