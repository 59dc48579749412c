// Latents and coders for them.
#pragma once

#include <cmath>
#include <cstdint>
#include <vector>

#include "base/rng.h"
#include "codec/bottleneck/latent_coder.h"
#include "core/bottleneck.h"

namespace splitbench::testing {

// Values around 0 whose spread grows from channel to channel, from nearly nothing to many levels.
inline Tensor sample_latent(const Shape& shape, std::uint64_t seed) {
  Tensor latent = Tensor::allocate({DType::kF32, shape});
  const std::size_t channel_size = latent_channel_size(latent.spec());
  const auto channels = static_cast<std::size_t>(shape.at(1));
  Rng rng(seed);
  for (std::size_t i = 0; i < latent.elements(); ++i) {
    const double spread = 0.2 * std::pow(1.7, i / channel_size % channels);
    const double u = rng.uniform() - 0.5;  // Laplace
    latent.mutable_as<float>()[i] = static_cast<float>(
        (u < 0 ? -1 : 1) * -spread * std::log(1 - 2 * std::abs(u) + 1e-12) + 0.1);
  }
  return latent;
}

// With tables from other latents of the same kind.
inline LatentCoder sample_coder(LatentCoding coding, int bits, const Shape& shape) {
  LatentCoder coder;
  coder.coding = coding;
  coder.bits = bits;
  const auto channels = static_cast<std::size_t>(shape.at(1));
  if (coding == LatentCoding::kFactorised) {
    for (std::size_t c = 0; c < channels; ++c) {
      coder.medians.push_back(0.125F * static_cast<float>(c % 3));
    }
  }
  if (coding == LatentCoding::kAffine) return coder;
  std::vector<std::int32_t> levels;
  Tensor latent;
  for (std::uint64_t seed = 100; seed < 120; ++seed) {
    latent = sample_latent(shape, seed);
    const std::vector<std::int32_t> values = latent_levels(coder, latent).values;
    levels.insert(levels.end(), values.begin(), values.end());
  }
  coder.tables = latent_tables(levels, channels, latent_channel_size(latent.spec()));
  return coder;
}

}  // namespace splitbench::testing
