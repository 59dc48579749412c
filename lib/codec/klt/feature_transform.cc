#include "codec/klt/feature_transform.h"

#include <algorithm>

namespace splitbench::klt {

FeatureTransform::FeatureTransform(const Parameters& parameters, const BlockGrid& grid)
    : grid_(grid),
      scan_(frequency_scan(grid)),
      blocks_(grid, parameters.mean),
      minimum_(parameters.minimum),
      maximum_(parameters.maximum) {
  for (const ChannelBasis& basis : parameters.bases) bands_.emplace_back(basis, grid.channels);
}

std::vector<float> FeatureTransform::forward(const float* tensor, const LevelModel& model) const {
  std::vector<float> values(model.size() * grid_.blocks());
  std::vector<float> buffer(blocks_.buffer_size());
  if (model.size() == 0) return values;
  for (std::size_t block = 0; block < grid_.blocks(); ++block) {
    blocks_.forward(tensor, block, model.extent(), buffer.data());
    float* here = values.data() + block * model.size();
    transform_channels(buffer.data(), model, here);
    const float* scale = model.to_levels();
    for (std::size_t i = 0; i < model.size(); ++i) here[i] *= scale[i];
  }
  return values;
}

void FeatureTransform::transform_channels(const float* buffer, const LevelModel& model,
                                          float* values) const {
  std::size_t panels = 0;
  for (const ChannelTransform& band : bands_) panels = std::max(panels, band.panels());
  for (std::size_t panel = 0; panel < panels; ++panel) {
    for (std::size_t f = 0; f < scan_.size(); ++f) {
      if (panel >= bands_[scan_[f].band].panels()) continue;
      bands_[scan_[f].band].forward_panel(buffer + blocks_.offset(scan_[f]), panel, model.count(f),
                                          values + model.begin(f));
    }
  }
}

FrequencyExtent FeatureTransform::synthesise(const PlacedValue* values, std::size_t count,
                                             const LevelModel& model, float* buffer) const {
  FrequencyExtent extent;
  std::vector<std::size_t> components;
  std::vector<float> amplitudes;
  const PlacedValue* value = values;
  const PlacedValue* const end = values + count;
  for (std::size_t f = 0; value != end; ++f) {
    components.clear();
    amplitudes.clear();
    for (; value != end && value->place < model.begin(f + 1); ++value) {
      components.push_back(value->place - model.begin(f));
      amplitudes.push_back(value->value * model.from_levels()[value->place]);
    }
    if (components.empty()) continue;
    bands_[scan_[f].band].inverse(components.data(), amplitudes.data(), components.size(),
                                  buffer + blocks_.offset(scan_[f]));
    extent.v = std::max(extent.v, scan_[f].v + 1);
    extent.u = std::max(extent.u, scan_[f].u + 1);
  }
  return extent;
}

void FeatureTransform::inverse_block(const PlacedValue* values, std::size_t count,
                                     const LevelModel& model, std::size_t block,
                                     std::vector<float>& buffer, float* tensor) const {
  const FrequencyExtent extent = synthesise(values, count, model, buffer.data());
  blocks_.inverse(buffer.data(), block, extent, minimum_, maximum_, tensor);
  std::fill(buffer.begin(), buffer.end(), 0.0F);
}

}  // namespace splitbench::klt
