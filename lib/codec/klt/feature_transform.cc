#include "codec/klt/feature_transform.h"

#include <algorithm>

#include "codec/klt/lanes.h"

namespace splitbench::klt {

FeatureTransform::FeatureTransform(const Parameters& parameters, const BlockGrid& grid)
    : grid_(grid), scan_(frequency_scan(grid)), range_(parameters.range) {
  const std::vector<ChannelGroup> channels = channel_groups(grid.channels);
  for (std::size_t i = 0; i < channels.size(); ++i) {
    const GroupParameters& group = parameters.groups[i];
    groups_.push_back({BlockTransform(grid, channels[i], group.mean), {}});
    for (const ChannelBasis& basis : group.bases) {
      groups_.back().bands.emplace_back(basis, channels[i].size());
    }
    buffer_size_ = std::max(buffer_size_, groups_.back().blocks.buffer_size());
  }
}

std::vector<float> FeatureTransform::make_values(const LevelModel& model) const {
  return std::vector<float>(padded_lanes(model.size()) + kLanes);
}

void FeatureTransform::forward(const float* tensor, std::size_t block, const LevelModel& model,
                               std::vector<float>& buffer, std::vector<float>& values) const {
  for (std::size_t g = 0; g < groups_.size(); ++g) {
    const Group& group = groups_[g];
    if (model.extent(g).u == 0) continue;
    group.blocks.forward(tensor, block, model.extent(g), buffer.data());
    for (std::size_t f = 0; f < scan_.size(); ++f) {
      const std::size_t count = model.count(g, f);
      if (count == 0) continue;
      group.bands[scan_[f].band].forward(buffer.data() + group.blocks.offset(scan_[f]), count,
                                         values.data() + model.begin(g, f));
    }
  }
  const float* scale = model.to_levels();
  for (std::size_t i = 0; i < model.size(); ++i) values[i] *= scale[i];
}

FrequencyExtent FeatureTransform::extent_of(const Amplitude* amplitudes,
                                            const Amplitude* end) const {
  FrequencyExtent extent;
  for (; amplitudes != end; ++amplitudes) {
    const Frequency& frequency = scan_[amplitudes->coefficient.frequency];
    extent.v = std::max(extent.v, frequency.v + 1);
    extent.u = std::max(extent.u, frequency.u + 1);
  }
  return extent;
}

void FeatureTransform::synthesise(const Group& group, const Amplitude* amplitudes,
                                  const Amplitude* end, FrequencyExtent extent,
                                  float* buffer) const {
  std::array<std::size_t, kMaxGroupChannels> components;
  std::array<float, kMaxGroupChannels> factors;
  for (std::size_t f = 0; f < scan_.size(); ++f) {
    if (scan_[f].v >= extent.v || scan_[f].u >= extent.u) continue;
    std::size_t count = 0;
    for (; amplitudes != end && amplitudes->coefficient.frequency == f; ++amplitudes, ++count) {
      components[count] = amplitudes->coefficient.component;
      factors[count] = amplitudes->value;
    }
    float* sums = buffer + group.blocks.offset(scan_[f]);
    if (count == 0) {
      std::fill_n(sums, group.blocks.lanes(), 0.0F);
    } else {
      group.bands[scan_[f].band].inverse(components.data(), factors.data(), count, sums);
    }
  }
}

void FeatureTransform::inverse(const Amplitude* amplitudes, std::size_t count,
                               const LevelModel& model, std::size_t block,
                               std::vector<float>& buffer, float* tensor) const {
  const Amplitude* const end = amplitudes + count;
  for (std::size_t g = 0; g < groups_.size(); ++g) {
    const std::size_t behind = model.begin(g + 1, 0);
    const Amplitude* of_group = amplitudes;
    while (amplitudes != end && amplitudes->coefficient.place < behind) ++amplitudes;
    const FrequencyExtent extent = extent_of(of_group, amplitudes);
    synthesise(groups_[g], of_group, amplitudes, extent, buffer.data());
    groups_[g].blocks.inverse(buffer.data(), block, extent, range_, tensor);
  }
}

}  // namespace splitbench::klt
