// The bounds of what latent coders (core/bottleneck.h) code.
#pragma once

#include <cstddef>
#include <cstdint>

namespace splitbench {

constexpr unsigned kLatentPrecision = 16;  // of the probabilities in a LatentTable, in bits
constexpr std::size_t kLatentSlots = std::size_t{1} << kLatentPrecision;
constexpr int kMaxLatentBits = 8;  // of affine levels
// Of rounded latents; floats above are whole numbers anyway.
constexpr std::int32_t kMaxLatentLevel = 1 << 24;

}  // namespace splitbench
