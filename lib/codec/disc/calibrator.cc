#include "codec/disc/calibrator.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "codec/disc/channel_statistics.h"
#include "codec/disc/coefficient_coder.h"
#include "codec/disc/feature_maps.h"
#include "codec/disc/importance.h"
#include "codec/disc/mixing_learner.h"
#include "codec/disc/sample_statistics.h"
#include "codec/disc/table_learner.h"
#include "codec/disc/tensor_coder.h"

namespace splitbench::disc {
namespace {

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

// The largest level to plan for: steps are rounded when they are shipped.
constexpr double kReach = 0.99 * kMaxLevel;

void choose_steps(const Settings& settings, const Importance& importance, double unit,
                  const CoefficientStatistics& coefficients, Parameters& parameters) {
  const std::size_t channels = importance.channels.size();
  std::vector<double> energies(channels);
  // What quantisation adds to a channel, in the same weights.
  const double noise = coefficients.count() * unit * unit / 12;
  for (std::size_t channel = 0; channel < channels; ++channel) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      energies[channel] += importance.of(channel, lane) * coefficients.of(channel, lane);
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
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      step = std::max(step, level(lane) / kReach);
    }
    step = std::clamp(step, 2.0 / kMaxStep, kMaxStep / 2.0);
    const bool coded = energies[channel] > settings.gate * noise;
    parameters.steps.push_back(coded ? to_half(step) : Half{0});
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
  using OfMagnitude = LevelStatistics::OfMagnitude;
  const auto& of_magnitudes = statistics.of_magnitudes();
  // Of coefficients that are decoded as `level`.
  const auto error = [](const OfMagnitude& of, std::size_t level) {
    const auto target = static_cast<double>(level);
    return of.squares - 2 * target * of.sum + target * target * of.count;
  };
  double below = 0;  // the error of magnitudes below the clip
  for (std::size_t i = 0; i < kMaxLevel; ++i) below += error(of_magnitudes[i], i);
  std::size_t clip = kMaxLevel;
  OfMagnitude clipped = of_magnitudes[clip];
  const double allowed = (1 + kTolerated) * (below + error(clipped, clip));
  while (clip > 1) {
    const OfMagnitude& next = of_magnitudes[clip - 1];
    const double rest = below - error(next, clip - 1);
    const OfMagnitude joined = {clipped.count + next.count, clipped.sum + next.sum,
                                clipped.squares + next.squares};
    if (rest + error(joined, clip - 1) > allowed) break;
    below = rest;
    clipped = joined;
    --clip;
  }
  parameters.largest_level = static_cast<Level>(clip);
}

// States let a processor work on several symbols at once, and cost about a byte each.
std::uint8_t choose_states(double bytes) {
  constexpr double kBytesForTwo = 60;
  constexpr double kBytesForFour = 200;
  constexpr double kBytesForEight = 2000;
  if (bytes < kBytesForFour) return bytes < kBytesForTwo ? 1 : 2;
  return bytes < kBytesForEight ? 4 : 8;
}

// What does not depend on the mixing of channels.
Parameters common_parameters(const Settings& settings, const ValueStatistics& values) {
  Parameters parameters;
  parameters.transformed = settings.transformed;
  parameters.largest_level = kMaxLevel;
  parameters.rounding = static_cast<float>(1 - settings.deadzone);
  parameters.low = values.low;
  parameters.high = values.high;
  for (const double mean : values.means) parameters.means.push_back(to_half(mean));
  parameters.classes.resize(values.means.size() * kLanes);
  return parameters;
}

// All that is learnt of levels once the steps stand. Returns the mean size of a stream in bytes.
double learn_levels(const FeatureMaps& maps, const CalibrationSamples& samples,
                    Parameters& parameters) {
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
  const double bytes = counts.bytes() / static_cast<double>(samples.size());
  parameters.states = choose_states(bytes);
  return bytes;
}

// Some of the samples, evenly drawn.
class SomeSamples : public CalibrationSamples {
 public:
  SomeSamples(const CalibrationSamples& all, std::size_t most)
      : all_(all), size_(std::min(all.size(), most)) {}

  const TensorSpec& spec() const override { return all_.spec(); }
  std::size_t size() const override { return size_; }
  Tensor value(std::size_t i) const override { return all_.value(i * all_.size() / size_); }
  std::optional<Tensor> gradient(std::size_t i) const override {
    return all_.gradient(i * all_.size() / size_);
  }

 private:
  const CalibrationSamples& all_;
  std::size_t size_;
};

// Whether mixed channels take enough fewer bytes to be worth the time. By trial, for it depends on
// how sparse they are: behind a ReLU a sum of two channels may cost more than both.
bool mixing_pays(const FeatureMaps& maps, const CalibrationSamples& samples, Parameters apart,
                 Parameters mixed) {
  constexpr std::size_t kTried = 32;
  constexpr double kLeastSaving = 0.03;
  const SomeSamples tried(samples, kTried);
  return learn_levels(maps, tried, mixed) < (1 - kLeastSaving) * learn_levels(maps, tried, apart);
}

}  // namespace

Parameters calibrate(const Settings& settings, const CalibrationSamples& samples) {
  const FeatureMaps maps = feature_maps(samples.spec().shape);
  const auto statistics = remembered(
      samples.memo(),
      std::string("disc") + (settings.transformed ? ":dct" : "") + (settings.mixed ? ":klt" : ""),
      [&] { return measure_channels(settings.transformed, settings.mixed, maps, samples); });
  const bool measured = statistics->measured();
  const Importance importance = measured ? measured_importance(statistics->gradients, maps.channels)
                                         : assumed_importance(settings.transformed, maps.channels);
  const double unit = unit_step(settings, statistics->coefficients, measured, maps);
  const Parameters common = common_parameters(settings, statistics->values);

  Parameters parameters = common;
  choose_steps(settings, importance, unit, statistics->coefficients, parameters);
  std::optional<LearntMixing> learnt;
  if (statistics->value_moments && unit > 0) {
    learnt = learn_mixing(*statistics->value_moments,
                          measured ? &*statistics->gradient_moments : nullptr, samples.size(),
                          importance, unit);
  }
  if (learnt) {
    Parameters mixed = common;
    mixed.mixing = learnt->mixing;
    const CoefficientStatistics components =
        statistics->coefficients.mixed(learnt->mixing, *statistics->value_moments);
    choose_steps(settings, learnt->importance, unit, components, mixed);
    if (mixing_pays(maps, samples, parameters, mixed)) parameters = std::move(mixed);
  }
  learn_levels(maps, samples, parameters);
  return parameters;
}

}  // namespace splitbench::disc
