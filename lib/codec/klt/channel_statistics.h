// First pass of the calibration: the moments of values and gradients of each group of channels, by
// band of frequencies.
//
// Goes over the samples once and over their gradients once. Thread-safe.
#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include "codec/klt/block_grid.h"
#include "codec/klt/block_transform.h"
#include "core/calibration.h"

namespace splitbench::klt {

// Channels x channels of a group, symmetric.
using SymmetricMatrix = std::vector<double>;

// Of each band of frequencies (all zero where there are none), and of all of them together.
struct BandMatrices {
  std::array<SymmetricMatrix, kBands> bands;
  SymmetricMatrix overall;
};

struct GroupStatistics {
  std::vector<float> mean;
  BandMatrices covariance;  // about the mean
  BandMatrices fisher;      // the mean of g g^T for the gradients g
};

struct ChannelStatistics {
  std::size_t samples = 0;
  ValueRange range;
  bool weighted = false;  // whether there are gradients to speak of
  std::vector<GroupStatistics> groups;
};

// Throws Error{kBadInput} when a sample or gradient is not finite or beyond all reason.
ChannelStatistics channel_statistics(const CalibrationSamples& samples, const BlockGrid& grid,
                                     bool weighted);

}  // namespace splitbench::klt
