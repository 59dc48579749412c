#include "codec/disc/calibrator.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <vector>

#include "codec/affine.h"
#include "codec/disc/feature_maps.h"
#include "codec/disc/quantiser.h"
#include "codec/disc/table_learner.h"
#include "codec/disc/tensor_coder.h"

namespace splitbench::disc {
namespace {

// Calls visit(channel, block row, block column, values of the block's corner).
template <typename Visit>
void for_each_block(const FeatureMaps& maps, const Tensor& tensor, Visit visit) {
  for (std::size_t channel = 0; channel < maps.channels; ++channel) {
    const float* map = tensor.as<float>() + channel * maps.grid.height * maps.grid.width;
    for (std::size_t row = 0; row < maps.grid.rows.pieces(); ++row) {
      for (std::size_t column = 0; column < maps.grid.columns.pieces(); ++column) {
        visit(channel, row, column,
              map + maps.grid.rows.start(row) * maps.grid.width + maps.grid.columns.start(column));
      }
    }
  }
}

// Sums of squares of the coefficients of each channel and lane.
struct Energies {
  std::vector<double> of_channel_and_lane;
  std::vector<double> counts;  // of lane: values summed, of one channel

  explicit Energies(std::size_t channels)
      : of_channel_and_lane(channels * kLanes), counts(kLanes) {}

  double mean(std::size_t channel, std::size_t lane) const {
    return counts[lane] == 0 ? 0 : of_channel_and_lane[channel * kLanes + lane] / counts[lane];
  }
};

BlockSize block_size(const BlockGrid& grid, std::size_t row, std::size_t column) {
  return {grid.rows.size(row), grid.columns.size(column)};
}

bool holds_lane(BlockSize size, std::size_t lane, bool transformed) {
  const std::size_t major = lane / kSide;
  const std::size_t minor = lane % kSide;
  return transformed ? major < size.width && minor < size.height
                     : major < size.height && minor < size.width;
}

void add_energies(const FeatureMaps& maps, const Tensor& tensor, bool transformed,
                  const std::vector<double>& means, Energies& energies) {
  for_each_block(maps, tensor, [&](std::size_t channel, std::size_t row, std::size_t column,
                                   const float* values) {
    const BlockSize size = block_size(maps.grid, row, column);
    Block block;
    load_block(values, maps.grid.width, size, static_cast<float>(means[channel]), block);
    if (transformed) forward_dct(block, size);
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      if (!holds_lane(size, lane, transformed)) continue;
      const double scale = transformed ? dct_scale(size.height, lane % kSide) *
                                             static_cast<double>(dct_scale(size.width, lane / kSide))
                                       : 1;
      const double value = block.lanes[lane] * scale;
      energies.of_channel_and_lane[channel * kLanes + lane] += value * value;
      if (channel == 0) energies.counts[lane] += 1;
    }
  });
}

struct Moments {
  std::vector<double> means;  // of channels
  float low = 0;
  float high = 0;
  double samples_with_gradient = 0;
  Energies gradients;

  explicit Moments(std::size_t channels) : means(channels), gradients(channels) {}
};

Moments learn_moments(const FeatureMaps& maps, bool transformed,
                      const CalibrationSamples& samples) {
  Moments moments(maps.channels);
  const std::vector<double> no_means(maps.channels);
  const std::size_t map_size = maps.grid.height * maps.grid.width;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const Tensor tensor = samples.value(i);
    const AffineRange range = finite_range(tensor.as<float>(), tensor.elements());
    moments.low = i == 0 ? range.minimum : std::min(moments.low, range.minimum);
    moments.high = i == 0 ? range.maximum : std::max(moments.high, range.maximum);
    const float* values = tensor.as<float>();
    for (std::size_t channel = 0; channel < maps.channels; ++channel) {
      moments.means[channel] +=
          std::accumulate(values + channel * map_size, values + (channel + 1) * map_size, 0.0);
    }
    if (const std::optional<Tensor> gradient = samples.gradient(i)) {
      add_energies(maps, *gradient, transformed, no_means, moments.gradients);
      moments.samples_with_gradient += 1;
    }
  }
  for (double& mean : moments.means) {
    mean = from_half(to_half(mean / static_cast<double>(map_size * samples.size())));
  }
  return moments;
}

// How much an error in a coefficient matters, as a product of a channel's and a lane's weight.
struct Importance {
  std::vector<double> channels;
  std::vector<double> lanes;
};

Importance importance(const Energies& gradients, std::size_t channels) {
  constexpr double kLeast = 1e-3;  // of the mean: bounds the steps
  Importance weights{std::vector<double>(channels, 1), std::vector<double>(kLanes, 1)};
  double coefficients = 0;
  double total = 0;
  std::vector<double> of_channel(channels);
  std::vector<double> of_lane(kLanes);
  for (std::size_t channel = 0; channel < channels; ++channel) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      const double energy = gradients.of_channel_and_lane[channel * kLanes + lane];
      of_channel[channel] += energy;
      of_lane[lane] += energy;
      total += energy;
    }
  }
  for (const double count : gradients.counts) coefficients += count;
  if (!(total > 0)) return weights;
  const double mean = total / (coefficients * static_cast<double>(channels));
  for (std::size_t channel = 0; channel < channels; ++channel) {
    weights.channels[channel] = std::max(of_channel[channel] / coefficients, kLeast * mean);
  }
  for (std::size_t lane = 0; lane < kLanes; ++lane) {
    if (gradients.counts[lane] == 0) continue;
    const double of_this = of_lane[lane] / gradients.counts[lane] / static_cast<double>(channels);
    weights.lanes[lane] = std::max(of_this / mean, kLeast);
  }
  return weights;
}

// Steps relative to their common factor, and that factor.
void choose_steps(const Settings& settings, const FeatureMaps& maps, const Moments& moments,
                  const Energies& energies, Parameters& parameters) {
  const Importance weights = importance(moments.gradients, maps.channels);
  const auto elements =
      static_cast<double>(maps.channels * maps.grid.height * maps.grid.width);
  double scale = 0;
  if (moments.samples_with_gradient > 0) {
    scale = settings.step / std::sqrt(elements);
  } else {
    double energy = 0;
    for (const double e : energies.of_channel_and_lane) energy += e;
    double count = 0;
    for (const double c : energies.counts) count += c;
    scale = settings.step * std::sqrt(energy / (count * static_cast<double>(maps.channels)));
  }
  double mean_energy = 0;
  std::vector<double> energy(maps.channels);
  for (std::size_t channel = 0; channel < maps.channels; ++channel) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      energy[channel] += energies.of_channel_and_lane[channel * kLanes + lane] *
                         weights.channels[channel] * weights.lanes[lane];
    }
    mean_energy += energy[channel] / static_cast<double>(maps.channels);
  }
  constexpr double kSmallest = 1e-18;
  for (std::size_t channel = 0; channel < maps.channels; ++channel) {
    const bool coded = energy[channel] > settings.gate * mean_energy;
    const double step = std::max(scale / std::sqrt(weights.channels[channel]), kSmallest);
    parameters.steps.push_back(coded ? to_half(std::min(step, 1 / kSmallest)) : Half{0});
    parameters.means.push_back(to_half(moments.means[channel]));
  }
  for (std::size_t lane = 0; lane < kLanes; ++lane) {
    parameters.lane_steps[lane] = to_half(1 / std::sqrt(weights.lanes[lane]));
  }
}

// What quantisation makes of the samples.
struct LevelStatistics {
  std::vector<double> magnitude;    // sum, of channel and lane
  std::vector<double> significant;  // count, of channel and lane
  std::vector<double> count;        // of channel and lane
  std::array<double, kMaxLevel + 1> occurrences{};
  std::array<double, kMaxLevel + 1> position{};  // sum of the magnitudes before quantisation
  std::array<double, kMaxLevel + 1> excess{};    // sum of squares beyond the level when clipped there

  explicit LevelStatistics(std::size_t channels)
      : magnitude(channels * kLanes), significant(channels * kLanes), count(channels * kLanes) {}
};

}  // namespace

Parameters calibrate_parameters(const Settings& settings, const CalibrationSamples& samples) {
  const FeatureMaps maps = feature_maps(samples.spec().shape);
  const Moments moments = learn_moments(maps, settings.transformed, samples);
  Energies energies(maps.channels);
  for (std::size_t i = 0; i < samples.size(); ++i) {
    add_energies(maps, samples.value(i), settings.transformed, moments.means, energies);
  }

  Parameters parameters;
  parameters.transformed = settings.transformed;
  parameters.rounding = static_cast<float>(1 - settings.deadzone);
  parameters.low = moments.low;
  parameters.high = moments.high;
  parameters.largest_level = kMaxLevel;
  parameters.states = 4;
  for (std::size_t i = 0; i < kPoints; ++i) parameters.points[i] = static_cast<float>(i + 1);
  choose_steps(settings, maps, moments, energies, parameters);
  parameters.classes.resize(maps.channels * kLanes);

  {
    const Model model(parameters, maps.grid);
    LevelStatistics statistics(maps.channels);
    for (std::size_t i = 0; i < samples.size(); ++i) {
      const Tensor tensor = samples.value(i);
      for (const ChannelModel& channel_model : model.coded_channels()) {
        const std::size_t channel = channel_model.number;
        const float* map = tensor.as<float>() + channel * maps.grid.height * maps.grid.width;
        for (std::size_t row = 0; row < maps.grid.rows.pieces(); ++row)
        for (std::size_t column = 0; column < maps.grid.columns.pieces(); ++column) {
          const LaneScales& scales = model.scales(row, column);
          Block steps;
          for (std::size_t lane = 0; lane < kLanes; ++lane) steps.lanes[lane] = channel_model.inverse_step * scales.analysis[lane];
          Block block;
          transform_block(model, channel_model, scales.size, map + maps.grid.rows.start(row) * maps.grid.width + maps.grid.columns.start(column), block);
          Levels levels;
          quantise(block, steps, model.rounding(), model.largest_level(), levels);
          const BlockSize size = block_size(maps.grid, row, column);
          for (std::size_t lane = 0; lane < kLanes; ++lane) {
            if (!holds_lane(size, lane, settings.transformed)) continue;
            const auto magnitude = static_cast<std::size_t>(std::abs(levels.lanes[lane]));
            const std::size_t at = channel * kLanes + lane;
            statistics.count[at] += 1;
            statistics.magnitude[at] += static_cast<double>(magnitude);
            statistics.significant[at] += magnitude > 0 ? 1 : 0;
            statistics.occurrences[magnitude] += 1;
            statistics.position[magnitude] += std::fabs(block.lanes[lane] * steps.lanes[lane]);
          }
        }
      }
    }
    std::array<double, kClasses> class_significant{};
    std::array<double, kClasses> class_count{};
    for (std::size_t at = 0; at < statistics.count.size(); ++at) {
      if (statistics.count[at] == 0) continue;
      const double mean = statistics.magnitude[at] / statistics.count[at];
      const double half_octaves = mean > 0 ? std::round(2 * std::log2(mean)) + 15 : 0;
      const auto c = static_cast<std::size_t>(std::clamp(half_octaves, 0.0, kClasses - 1.0));
      parameters.classes[at] = static_cast<std::uint8_t>(c);
      class_significant[c] += statistics.significant[at];
      class_count[c] += statistics.count[at];
    }
    for (std::size_t c = 0; c < kClasses; ++c) {
      const double p = class_count[c] > 0 ? class_significant[c] / class_count[c] : 0;
      parameters.significance[c] = static_cast<std::uint8_t>(std::round(255 * p));
    }
    for (std::size_t i = 0; i < kPoints; ++i) {
      const double n = statistics.occurrences[i + 1];
      const double centroid = n > 0 ? statistics.position[i + 1] / n : 0;
      parameters.points[i] = static_cast<float>(std::max(centroid, static_cast<double>(i + 1)));
    }
  }
  {
    const Model model(parameters, maps.grid);
    SymbolCounts counts;
    for (std::size_t i = 0; i < samples.size(); ++i) {
      const Tensor tensor = samples.value(i);
      count_symbols(model, analyse(model, tensor.as<float>()), counts);
    }
    parameters.weights = counts.weights();
  }
  return parameters;
}

}  // namespace splitbench::disc
