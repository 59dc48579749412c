// Between the floats of a latent and integers.
//
// kAffine, kAffineCoded: per-tensor affine after Jacob et al. 2018, as BottleFit uses it. With the
// smallest and the largest value, widened to hold 0, and top = 2^bits - 1:
//
//   scale = (maximum - minimum) / top          zero = round(-minimum / scale)
//   q     = clamp(round(x / scale + zero), 0, top)
//   x'    = scale * (q - zero)
//
// The code published with BottleFit neither widens the range, so that latents without a 0 lose what
// is on the other side of it, nor rounds the zero point but cuts it off, which costs the smallest
// values up to a whole level; both are as Jacob et al. say here.
//
// kFactorised: q = round(x - median), halves to even, by channel; x' = q + median.
//
// Computed in double but for x', in this order and without fused operations (the module is compiled
// with -ffp-contract=off): the same on every platform. Pure functions; thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/bottleneck.h"
#include "core/tensor.h"

namespace splitbench {

struct LatentLevels {
  float scale = 0;              // both of affine codings
  std::uint8_t zero_point = 0;  //
  std::vector<std::int32_t> values;
};

// `latent` is float32, items x channels x ..., of one item for affine codings. Throws
// Error{kBadInput} when a value is NaN, infinite, or rounds to beyond kMaxLatentLevel.
LatentLevels latent_levels(const LatentCoder& coder, const Tensor& latent);

// The reverse, to a tensor of `latent`. Requires as many values as it has elements.
Tensor latent_from_levels(const LatentCoder& coder, const LatentLevels& levels,
                          const TensorSpec& latent);

// The elements of one channel of one item.
std::size_t latent_channel_size(const TensorSpec& latent);

}  // namespace splitbench
