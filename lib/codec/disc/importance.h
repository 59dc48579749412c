// How much an error in a coefficient matters to the network's answer. Pure functions; thread-safe.
#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include "codec/disc/sample_statistics.h"

namespace splitbench::disc {

// The product of a channel's (or component's) and a lane's weight.
struct Importance {
  std::vector<double> channels;
  std::array<double, kLanes> lanes{};

  double of(std::size_t channel, std::size_t lane) const { return channels[channel] * lanes[lane]; }
};

// Of weights, relative to their mean: bounds the steps.
constexpr double kLeastImportance = 1e-3;

// From the mean squared gradients of the coefficients, as the best product of two factors.
Importance measured_importance(const CoefficientStatistics& gradients, std::size_t channels);

// Without gradients: all channels alike, steps that grow with the frequency.
Importance assumed_importance(bool transformed, std::size_t channels);

}  // namespace splitbench::disc
