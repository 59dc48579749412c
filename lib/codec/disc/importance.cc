#include "codec/disc/importance.h"

#include <algorithm>

namespace splitbench::disc {

Importance measured_importance(const CoefficientStatistics& gradients, std::size_t channels) {
  const double mean = gradients.total() / (gradients.count() * static_cast<double>(channels));
  Importance importance;
  for (std::size_t channel = 0; channel < channels; ++channel) {
    const double of_channel = gradients.of_channel(channel) / gradients.count();
    importance.channels.push_back(std::max(of_channel, kLeastImportance * mean));
  }
  for (std::size_t lane = 0; lane < kLanes; ++lane) {
    const double count = gradients.count(lane) * static_cast<double>(channels);
    const double of_lane = count > 0 ? gradients.of_lane(lane) / count : mean;
    importance.lanes[lane] = std::max(of_lane / mean, kLeastImportance);
  }
  return importance;
}

Importance assumed_importance(bool transformed, std::size_t channels) {
  constexpr double kStepsPerFrequency = 0.35;
  Importance importance{std::vector<double>(channels, 1), {}};
  for (std::size_t lane = 0; lane < kLanes; ++lane) {
    const auto frequency = static_cast<double>(lane / kSide + lane % kSide);
    const double step = transformed ? 1 + kStepsPerFrequency * frequency : 1;
    importance.lanes[lane] = 1 / (step * step);
  }
  return importance;
}

}  // namespace splitbench::disc
