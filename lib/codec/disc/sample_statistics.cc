#include "codec/disc/sample_statistics.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <numeric>

#include "codec/affine.h"
#include "codec/disc/quantiser.h"
#include "codec/disc/sample_blocks.h"

namespace splitbench::disc {
ValueStatistics measure_values(const FeatureMaps& maps, const CalibrationSamples& samples) {
  const std::size_t map_size = maps.grid.height * maps.grid.width;
  ValueStatistics statistics;
  statistics.means.resize(maps.channels);
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const Tensor tensor = samples.value(i);
    const AffineRange range = finite_range(tensor.as<float>(), tensor.elements());
    statistics.low = i == 0 ? range.minimum : std::min(statistics.low, range.minimum);
    statistics.high = i == 0 ? range.maximum : std::max(statistics.high, range.maximum);
    const float* map = tensor.as<float>();
    for (double& mean : statistics.means) {
      mean += std::accumulate(map, map + map_size, 0.0);
      map += map_size;
    }
  }
  for (double& mean : statistics.means) {
    mean = from_half(to_half(mean / static_cast<double>(map_size * samples.size())));
  }
  return statistics;
}

CoefficientStatistics::CoefficientStatistics(const FeatureMaps& maps, bool transformed)
    : maps_(maps),
      transformed_(transformed),
      energies_(maps.channels * kLanes),
      largest_(maps.channels * kLanes) {}

void CoefficientStatistics::add(const Tensor& tensor, const std::vector<double>& means) {
  for_each_sample_block(maps_, transformed_, tensor, means, [&](const SampleBlock& block) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      if (!block.holds(lane)) continue;
      const double value = block.coefficient(lane);
      const std::size_t at = block.channel * kLanes + lane;
      largest_[at] = std::max(largest_[at], std::fabs(value));
      energies_[at] += value * value;
      if (block.channel == 0) counts_[lane] += 1;
    }
  });
}

CoefficientStatistics CoefficientStatistics::mixed(const ChannelMixing& mixing,
                                                   const LaneMoments& moments) const {
  const std::size_t channels = maps_.channels;
  CoefficientStatistics components(maps_, transformed_);
  components.counts_ = counts_;
  for (std::size_t lane = 0; lane < kLanes; ++lane) {
    const std::vector<double>& products = moments.of(lane);
    for (std::size_t k = 0; k < channels; ++k) {
      const float* factors = &mixing.analysis[k * channels];
      const std::size_t at = k * kLanes + lane;
      for (std::size_t c = 0; c < channels; ++c) {
        components.largest_[at] += std::fabs(factors[c]) * largest(c, lane);
        const double product =
            std::inner_product(factors, factors + channels, &products[c * channels], 0.0);
        components.energies_[at] += factors[c] * product;
      }
    }
  }
  return components;
}

double CoefficientStatistics::of_channel(std::size_t channel) const {
  const double* first = &energies_[channel * kLanes];
  return std::accumulate(first, first + kLanes, 0.0);
}

double CoefficientStatistics::of_lane(std::size_t lane) const {
  double sum = 0;
  for (std::size_t channel = 0; channel < maps_.channels; ++channel) sum += of(channel, lane);
  return sum;
}

double CoefficientStatistics::total() const {
  return std::accumulate(energies_.begin(), energies_.end(), 0.0);
}

double CoefficientStatistics::count() const {
  return std::accumulate(counts_.begin(), counts_.end(), 0.0);
}

LevelStatistics::LevelStatistics(const Model& model)
    : model_(model), of_lanes_(model.means().size() * kLanes), of_magnitudes_(kMaxLevel + 1) {}

void LevelStatistics::add(const Tensor& tensor) {
  analyse_blocks(model_, tensor.as<float>(),
                 [this](const AnalysedBlock& block) { add_block(block); });
}

void LevelStatistics::add_block(const AnalysedBlock& block) {
  for (std::size_t lane = 0; lane < kLanes; ++lane) {
    if (!holds_lane(block.size, lane, model_.transformed())) continue;
    const auto magnitude = static_cast<std::size_t>(std::abs(int{block.levels.lanes[lane]}));
    const double value = std::fabs(block.coefficients.lanes[lane]);
    OfLane& of_lane = of_lanes_[block.channel->number * kLanes + lane];
    of_lane.count += 1;
    of_lane.magnitudes += static_cast<double>(magnitude);
    of_lane.significant += magnitude > 0 ? 1 : 0;
    OfMagnitude& of_magnitude = of_magnitudes_[magnitude];
    of_magnitude.count += 1;
    of_magnitude.sum += value;
    of_magnitude.squares += value * value;
  }
}

}  // namespace splitbench::disc
