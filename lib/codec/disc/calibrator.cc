#include "codec/disc/calibrator.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <vector>

#include "codec/disc/channel_covariance.h"
#include "codec/disc/coefficient_coder.h"
#include "codec/disc/feature_maps.h"
#include "codec/disc/sample_statistics.h"
#include "codec/disc/table_learner.h"
#include "codec/disc/tensor_coder.h"

namespace splitbench::disc {
namespace {

// How much an error in a coefficient matters: the product of a channel's and a lane's weight.
struct Importance {
  std::vector<double> channels;
  std::array<double, kLanes> lanes;
};

// Of weights, relative to their mean: bounds the steps.
constexpr double kLeastImportance = 1e-3;

// From the mean squared gradients of the coefficients, as the best product of two factors.
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

// Without gradients: all channels alike, steps that grow with the frequency.
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

// The step of a coefficient of importance 1. With gradients, errors as large as uniform ones in all
// coefficients then change the network's answer by about step^2 / 24 nats.
double unit_step(const Settings& settings, const CoefficientStatistics& coefficients, bool measured,
                 const FeatureMaps& maps) {
  const auto channels = static_cast<double>(maps.channels);
  if (measured) {
    return settings.step /
           std::sqrt(channels * static_cast<double>(maps.grid.height * maps.grid.width));
  }
  constexpr double kOfDeviation = 0.5;  // comparable to the above, for assumed_importance()
  const double variance = coefficients.total() / (coefficients.count() * channels);
  return settings.step * kOfDeviation * std::sqrt(variance);
}

// The largest level in steps that are not coarser.
constexpr double kReach = kMaxLevel << kMaxCoarseness;

// By how many octaves a level is to be shrunk to be within the limit.
std::uint8_t octaves_above(double level, double limit) {
  unsigned octaves = 0;
  while (octaves < kMaxCoarseness && level > limit) {
    level /= 2;
    ++octaves;
  }
  return static_cast<std::uint8_t>(octaves);
}

void choose_steps(const Settings& settings, const Importance& importance, double unit,
                  const CoefficientStatistics& coefficients, Parameters& parameters) {
  const std::size_t channels = importance.channels.size();
  std::vector<double> energies(channels);
  // What quantisation adds to a channel, in the same weights.
  const double noise = coefficients.count() * unit * unit / 12;
  for (std::size_t channel = 0; channel < channels; ++channel) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      energies[channel] +=
          importance.channels[channel] * importance.lanes[lane] * coefficients.of(channel, lane);
    }
  }
  std::vector<double> lane_steps;
  for (std::size_t lane = 0; lane < kLanes; ++lane) {
    const double step = 1 / std::sqrt(importance.lanes[lane]);
    lane_steps.push_back(std::clamp(step, 2.0 / kMaxLaneStep, kMaxLaneStep / 2.0));
    parameters.lane_steps[lane] = to_half(lane_steps.back());
  }
  for (std::size_t channel = 0; channel < channels; ++channel) {
    const auto level = [&](std::size_t lane) {  // of the largest sample, in steps of 1
      return coefficients.largest(channel, lane) / lane_steps[lane];
    };
    double step = unit / std::sqrt(importance.channels[channel]);
    for (std::size_t lane = 0; lane < kLanes; ++lane) step = std::max(step, level(lane) / kReach);
    step = std::clamp(step, 2.0 / kMaxStep, kMaxStep / 2.0);
    const bool coded = energies[channel] > settings.gate * noise;
    parameters.steps.push_back(coded ? to_half(step) : Half{0});
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      parameters.coarseness.push_back(coded ? octaves_above(level(lane) / step, kMaxLevel) : 0);
    }
  }
}

// The channel before it that explains most of each channel, if that is worth it.
void choose_parents(const ChannelCovariance& covariance, Parameters& parameters) {
  constexpr double kLeastExplained = 0.1;
  const auto takes_part = [&parameters](std::size_t channel) {
    return parameters.steps[channel] != 0 && !parameters.has_coarser_lanes(channel);
  };
  for (std::size_t channel = 0; channel < parameters.steps.size(); ++channel) {
    if (!takes_part(channel)) continue;
    const std::vector<std::size_t> ancestors = count_ancestors(parameters.parents);
    double most = kLeastExplained;
    for (std::size_t other = 0; other < channel; ++other) {
      if (!takes_part(other) || ancestors[other] == kMaxAncestors) continue;
      const double slope = covariance.slope(channel, other) * from_half(parameters.steps[other]) /
                           from_half(parameters.steps[channel]);
      const double explained = covariance.explained(channel, other);
      if (explained <= most || std::fabs(slope) > kMaxSlope / 2) continue;
      most = explained;
      parameters.parents[channel] = static_cast<std::uint16_t>(other + 1);
      parameters.slopes[channel] = to_half(slope);
    }
  }
}

void choose_classes(const LevelStatistics& statistics, Parameters& parameters) {
  constexpr double kClassOfOne = 15;  // the class of a mean magnitude of 1
  std::array<double, kClasses> significant{};
  std::array<double, kClasses> count{};
  for (std::size_t channel = 0; channel < parameters.means.size(); ++channel) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      const LevelStatistics::OfLane& of_lane = statistics.of(channel, lane);
      if (!(of_lane.magnitudes > 0)) continue;
      const double half_octaves = 2 * std::log2(of_lane.magnitudes / of_lane.count);
      const double nearest = std::round(half_octaves) + kClassOfOne;
      const auto number = static_cast<std::size_t>(std::clamp(nearest, 0.0, kClasses - 1.0));
      parameters.classes[channel * kLanes + lane] = static_cast<std::uint8_t>(number);
      significant[number] += of_lane.significant;
      count[number] += of_lane.count;
    }
  }
  for (std::size_t number = 0; number < kClasses; ++number) {
    if (!(count[number] > 0)) continue;
    const double chance = significant[number] / count[number];
    parameters.significance[number] = static_cast<std::uint8_t>(std::lround(255 * chance));
  }
}

// Never nearer to 0 than the level itself: values that shrink cost more accuracy than their squared
// error says.
void choose_points(const LevelStatistics& statistics, Parameters& parameters) {
  for (std::size_t i = 0; i < kPoints; ++i) {
    const LevelStatistics::OfMagnitude& of = statistics.of_magnitudes()[i + 1];
    const double level = static_cast<double>(i + 1);
    parameters.points[i] =
        static_cast<float>(of.count > 0 ? std::max(of.sum / of.count, level) : level);
  }
}

// The lowest clip that adds little to the squared error of quantisation.
void choose_clip(const LevelStatistics& statistics, Parameters& parameters) {
  constexpr double kTolerated = 1e-3;
  // Of the coefficients quantised to a magnitude, if they were decoded as `level`.
  const auto error = [&](std::size_t magnitude, std::size_t level) {
    const LevelStatistics::OfMagnitude& of = statistics.of_magnitudes()[magnitude];
    const auto target = static_cast<double>(level);
    return of.squares - 2 * target * of.sum + target * target * of.count;
  };
  const auto error_with_clip = [&](std::size_t clip) {
    double sum = 0;
    for (std::size_t i = 0; i <= kMaxLevel; ++i) sum += error(i, std::min(i, clip));
    return sum;
  };
  const double allowed = (1 + kTolerated) * error_with_clip(kMaxLevel);
  std::size_t clip = kMaxLevel;
  while (clip > 1 && error_with_clip(clip - 1) <= allowed) --clip;
  parameters.largest_level = static_cast<std::uint8_t>(clip);
}

// States let a processor work on several symbols at once, and cost about a byte each.
std::uint8_t choose_states(double bytes) {
  constexpr double kBytesForTwo = 60;
  constexpr double kBytesForFour = 200;
  constexpr double kBytesForEight = 2000;
  if (bytes < kBytesForFour) return bytes < kBytesForTwo ? 1 : 2;
  return bytes < kBytesForEight ? 4 : 8;
}

}  // namespace

Parameters calibrate(const Settings& settings, const CalibrationSamples& samples) {
  const FeatureMaps maps = feature_maps(samples.spec().shape);
  const ValueStatistics values = measure_values(maps, samples);
  CoefficientStatistics coefficients(maps, settings.transformed);
  CoefficientStatistics gradients(maps, settings.transformed);
  // With more channels it would take long, and those of later layers have little in common.
  constexpr std::size_t kMostPredicted = 64;
  std::optional<ChannelCovariance> covariance;
  if (maps.channels <= kMostPredicted) covariance.emplace(maps);
  const std::vector<double> no_means(maps.channels);
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const Tensor tensor = samples.value(i);
    coefficients.add(tensor, values.means);
    if (covariance) covariance->add(tensor, values.means);
    const std::optional<Tensor> gradient = samples.gradient(i);
    if (gradient) gradients.add(*gradient, no_means);
  }

  Parameters parameters;
  parameters.transformed = settings.transformed;
  parameters.largest_level = kMaxLevel;
  parameters.rounding = static_cast<float>(1 - settings.deadzone);
  parameters.low = values.low;
  parameters.high = values.high;
  for (const double mean : values.means) parameters.means.push_back(to_half(mean));
  parameters.classes.resize(maps.channels * kLanes);
  const bool measured = !gradients.empty();
  const Importance importance = measured ? measured_importance(gradients, maps.channels)
                                         : assumed_importance(settings.transformed, maps.channels);
  choose_steps(settings, importance, unit_step(settings, coefficients, measured, maps),
               coefficients, parameters);
  parameters.parents.resize(maps.channels);
  parameters.slopes.resize(maps.channels);
  if (covariance) choose_parents(*covariance, parameters);
  {
    const Model model(parameters, maps.grid);
    LevelStatistics statistics(model);
    for (std::size_t i = 0; i < samples.size(); ++i) statistics.add(samples.value(i));
    choose_classes(statistics, parameters);
    choose_points(statistics, parameters);
    choose_clip(statistics, parameters);
  }
  const Model model(parameters, maps.grid);
  SymbolCounts counts;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    count_symbols(model, analyse(model, samples.value(i).as<float>()), counts);
  }
  parameters.weights = counts.weights();
  parameters.states = choose_states(counts.bytes() / static_cast<double>(samples.size()));
  return parameters;
}

}  // namespace splitbench::disc
