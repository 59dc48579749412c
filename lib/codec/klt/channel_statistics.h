// First pass of the calibration: the moments of values and gradients, by band of frequencies.
//
// Goes over the samples once and over their gradients once. Thread-safe.
#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include "codec/klt/block_grid.h"
#include "core/calibration.h"

namespace splitbench::klt {

// channels x channels, symmetric.
using SymmetricMatrix = std::vector<double>;

// Of each band of frequencies (all zero where there are none), and of all of them together.
struct BandMatrices {
  std::array<SymmetricMatrix, kBands> bands;
  SymmetricMatrix overall;
};

struct ChannelStatistics {
  std::size_t samples = 0;
  std::vector<float> mean;
  float minimum = 0;  // what decoded values are clamped to
  float maximum = 0;
  BandMatrices covariance;  // about the mean
  bool weighted = false;    // whether there are gradients to speak of
  BandMatrices fisher;      // the mean of g g^T for the gradients g
};

// Throws Error{kBadInput} when a sample or gradient is not finite or beyond all reason.
ChannelStatistics channel_statistics(const CalibrationSamples& samples, const BlockGrid& grid,
                                     bool weighted);

}  // namespace splitbench::klt
