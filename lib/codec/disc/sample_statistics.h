// What calibration measures on the samples: values, coefficients, and quantised coefficients.
#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include "codec/disc/block_grid.h"
#include "codec/disc/block_transform.h"
#include "codec/disc/channel_mixing.h"
#include "codec/disc/feature_maps.h"
#include "codec/disc/lane_moments.h"
#include "codec/disc/model.h"
#include "codec/disc/tensor_coder.h"
#include "core/calibration.h"
#include "core/tensor.h"

namespace splitbench::disc {

// One pass over the values.
struct ValueStatistics {
  std::vector<double> means;  // of channels, as they will be shipped
  float low = 0;
  float high = 0;
};
ValueStatistics measure_values(const FeatureMaps& maps, const CalibrationSamples& samples);

// Orthonormal coefficients (or values) by channel and lane.
class CoefficientStatistics {
 public:
  CoefficientStatistics(const FeatureMaps& maps, bool transformed);

  // The tensor's coefficients, after `means` of its channels are taken off.
  void add(const Tensor& tensor, const std::vector<double>& means);

  // Of components in place of channels, given the channels' moments. The largest magnitudes are
  // those that a component may have at most.
  CoefficientStatistics mixed(const ChannelMixing& mixing, const LaneMoments& moments) const;

  bool empty() const { return !(total() > 0); }
  // Sums of squares.
  double of(std::size_t channel, std::size_t lane) const {
    return energies_[channel * kLanes + lane];
  }
  double of_channel(std::size_t channel) const;
  double of_lane(std::size_t lane) const;
  double total() const;
  // How many coefficients of each channel were in this lane.
  double count(std::size_t lane) const { return counts_[lane]; }
  double count() const;
  // The largest magnitude.
  double largest(std::size_t channel, std::size_t lane) const {
    return largest_[channel * kLanes + lane];
  }

 private:
  FeatureMaps maps_;
  bool transformed_;
  std::vector<double> energies_;
  std::vector<double> largest_;
  std::array<double, kLanes> counts_{};
};

// Quantised coefficients by channel and lane, and by magnitude.
class LevelStatistics {
 public:
  explicit LevelStatistics(const Model& model);

  void add(const Tensor& tensor);

  struct OfLane {
    double count = 0;
    double magnitudes = 0;   // sum
    double significant = 0;  // count
  };
  // By channel of the tensor and lane.
  const OfLane& of(std::size_t channel, std::size_t lane) const {
    return of_lanes_[channel * kLanes + lane];
  }

  // Of coefficients quantised to a magnitude: what they were in steps.
  struct OfMagnitude {
    double count = 0;
    double sum = 0;
    double squares = 0;
  };
  const std::vector<OfMagnitude>& of_magnitudes() const { return of_magnitudes_; }

 private:
  void add_block(const AnalysedBlock& block);

  const Model& model_;
  std::vector<OfLane> of_lanes_;
  std::vector<OfMagnitude> of_magnitudes_;  // kMaxLevel + 1
};

}  // namespace splitbench::disc
