#include "codec/bottleneck/latent_quantiser.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "base/error.h"
#include "base/spec.h"
#include "codec/affine.h"
#include "codec/bottleneck/bottleneck_check.h"
#include "codec/bottleneck/latent_limits.h"

namespace splitbench {
namespace {

LatentLevels affine_levels(int bits, const Tensor& latent) {
  const std::size_t count = latent.elements();
  const float* values = latent.as<float>();
  const AffineRange range = finite_range(values, count);
  const double minimum = std::min(range.minimum, 0.0F);
  const double maximum = std::max(range.maximum, 0.0F);
  const double top = (1 << bits) - 1;
  LatentLevels levels;
  levels.scale = static_cast<float>(
      std::min<double>((maximum - minimum) / top, std::numeric_limits<float>::max()));
  levels.values.assign(count, 0);
  if (levels.scale == 0) return levels;  // all values are 0, or too small to tell from it
  const double scale = levels.scale;
  const double zero = std::clamp(std::nearbyint(-minimum / scale), 0.0, top);
  levels.zero_point = static_cast<std::uint8_t>(zero);
  for (std::size_t i = 0; i < count; ++i) {
    const double level = std::nearbyint(values[i] / scale + zero);
    levels.values[i] = static_cast<std::int32_t>(std::clamp(level, 0.0, top));
  }
  return levels;
}

LatentLevels rounded_levels(const std::vector<float>& medians, const Tensor& latent) {
  const std::size_t channel_size = latent_channel_size(latent.spec());
  const float* values = latent.as<float>();
  LatentLevels levels;
  levels.values.resize(latent.elements());
  for (std::size_t i = 0; i < levels.values.size(); ++i) {
    const double median = medians[i / channel_size % medians.size()];
    const double level = std::nearbyint(values[i] - median);
    if (!(std::abs(level) <= kMaxLatentLevel)) {
      throw bad_input("the latent holds " + format_number(static_cast<double>(values[i])) +
                      ", which cannot be coded; values up to " + std::to_string(kMaxLatentLevel) +
                      " can");
    }
    levels.values[i] = static_cast<std::int32_t>(level);
  }
  return levels;
}

}  // namespace

std::size_t latent_channel_size(const TensorSpec& latent) {
  return latent.elements() /
         (static_cast<std::size_t>(latent.shape.front()) * latent_channels(latent));
}

LatentLevels latent_levels(const LatentCoder& coder, const Tensor& latent) {
  return coder.coding == LatentCoding::kFactorised ? rounded_levels(coder.medians, latent)
                                                   : affine_levels(coder.bits, latent);
}

Tensor latent_from_levels(const LatentCoder& coder, const LatentLevels& levels,
                          const TensorSpec& latent) {
  Tensor tensor = Tensor::allocate(latent);
  float* values = tensor.mutable_as<float>();
  const bool rounded = coder.coding == LatentCoding::kFactorised;
  const std::size_t channel_size = latent_channel_size(latent);
  for (std::size_t i = 0; i < levels.values.size(); ++i) {
    const std::int32_t level = levels.values[i];
    values[i] =
        rounded ? static_cast<float>(level) + coder.medians[i / channel_size % coder.medians.size()]
                : levels.scale * static_cast<float>(level - levels.zero_point);
  }
  return tensor;
}

}  // namespace splitbench
