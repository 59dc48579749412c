// 8-bit pictures as tensors: uint8, 1 x C x H x W, C is 1 (grey) or 3 (RGB).
//
// Pure functions; thread-safe. All throw Error{kBadInput} for a tensor that is not such a picture.
#pragma once

#include <cstdint>

#include "core/tensor.h"

namespace splitbench {

struct ImageSize {
  std::int64_t channels = 0;
  std::int64_t height = 0;
  std::int64_t width = 0;
};

ImageSize image_size(const Tensor& image);

// Uninitialised. Throws Error{kBadInput} above 2^28 pixels: no network eats such a picture, but a
// hostile file may ask for one.
Tensor allocate_image(const ImageSize& size);

// Luma as PIL's convert("L") computes it (ITU-R 601-2 in 16-bit fixed point, rounded):
// (19595 R + 38470 G + 7471 B + 2^15) >> 16. A grey picture is returned as it is.
Tensor to_gray(const Tensor& image);

// The grey channel three times, as PIL's convert("RGB") does. An RGB picture is returned as it is.
Tensor to_rgb(const Tensor& image);

}  // namespace splitbench
