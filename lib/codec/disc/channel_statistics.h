// What the samples and their gradients say of the channels as they are, whatever the steps.
#pragma once

#include <optional>
#include <vector>

#include "codec/disc/feature_maps.h"
#include "codec/disc/lane_moments.h"
#include "codec/disc/sample_statistics.h"
#include "core/calibration.h"

namespace splitbench::disc {

struct ChannelStatistics {
  ValueStatistics values;
  CoefficientStatistics coefficients;
  CoefficientStatistics gradients;
  // Where channels may be mixed.
  std::optional<LaneMoments> value_moments;
  std::optional<LaneMoments> gradient_moments;

  // Whether there were gradients.
  bool measured() const { return !gradients.empty(); }
};

// With moments if `mixed` and channels are few enough. Two passes over the samples.
ChannelStatistics measure_channels(bool transformed, bool mixed, const FeatureMaps& maps,
                                   const CalibrationSamples& samples);

}  // namespace splitbench::disc
