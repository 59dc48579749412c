#include "codec/disc/channel_statistics.h"

#include <utility>

#include "codec/disc/channel_mixing.h"

namespace splitbench::disc {

ChannelStatistics measure_channels(bool transformed, bool mixed, const FeatureMaps& maps,
                                   const CalibrationSamples& samples) {
  ChannelStatistics statistics = {measure_values(maps, samples),
                                  {maps, transformed},
                                  {maps, transformed},
                                  std::nullopt,
                                  std::nullopt};
  if (mixed && maps.channels > 1 && maps.channels <= kMostMixedChannels) {
    statistics.value_moments.emplace(maps, transformed);
    statistics.gradient_moments.emplace(maps, transformed);
  }
  const std::vector<double>& means = statistics.values.means;
  const std::vector<double> no_means(maps.channels);
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const Tensor tensor = samples.value(i);
    statistics.coefficients.add(tensor, means);
    if (statistics.value_moments) statistics.value_moments->add(tensor, means);
    const std::optional<Tensor> gradient = samples.gradient(i);
    if (!gradient) continue;
    statistics.gradients.add(*gradient, no_means);
    if (statistics.gradient_moments) statistics.gradient_moments->add(*gradient, no_means);
  }
  return statistics;
}

}  // namespace splitbench::disc
