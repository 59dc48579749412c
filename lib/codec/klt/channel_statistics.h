// First pass of the calibration: the moments of values and gradients, by band of frequencies.
//
// Not thread-safe.
#pragma once

#include <Eigen/Core>
#include <array>
#include <cstddef>
#include <vector>

#include "codec/klt/block_grid.h"
#include "codec/klt/block_transform.h"
#include "core/calibration.h"

namespace splitbench::klt {

using Matrix = Eigen::MatrixXd;

// Sums of outer products of channel vectors, one for each frequency of a band and block.
class BandMoments {
 public:
  explicit BandMoments(const BlockGrid& grid);

  // `frequencies`: a block as BlockTransform leaves it.
  void add(const float* frequencies);

  // The mean outer product in a band (all zero when it has no frequency), and over all of them.
  Matrix band(std::size_t band) const;
  Matrix all() const;
  // Of the coefficients of frequency 0.
  Eigen::VectorXd mean_of_lowest() const;

 private:
  std::vector<Frequency> scan_;
  std::size_t lanes_;
  std::size_t width_;
  std::array<std::size_t, kBands> counts_{};
  std::array<Matrix, kBands> sums_;
  Eigen::VectorXd lowest_;
};

struct ChannelStatistics {
  std::vector<float> mean;
  float minimum = 0;  // what decoded values are clamped to
  float maximum = 0;
  std::array<Matrix, kBands> covariance;  // about the mean
  Matrix overall_covariance;
  bool weighted = false;  // whether there are gradients, not all zero
  std::array<Matrix, kBands> fisher;
  Matrix overall_fisher;
};

ChannelStatistics channel_statistics(const CalibrationSamples& samples, const BlockGrid& grid,
                                     bool weighted);

}  // namespace splitbench::klt
