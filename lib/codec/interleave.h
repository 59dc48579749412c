// 8-bit images: the planar tensors of splitbench and the interleaved pixels of image libraries.
//
// An image tensor is uint8 of shape 1x1xHxW (gray) or 1x3xHxW (red, green, blue planes). Pixels are
// row by row, the channels of a pixel side by side. Pure functions; thread-safe.
#pragma once

#include <string>

#include "base/bytes.h"
#include "core/tensor.h"

namespace splitbench {

struct ImageSize {
  int width = 0;
  int height = 0;
  int channels = 0;  // 1 or 3

  std::size_t bytes() const {
    return static_cast<std::size_t>(width) * static_cast<std::size_t>(height) *
           static_cast<std::size_t>(channels);
  }
};

// Why a tensor is not an image of at most max_side pixels a side; empty when it is.
std::string not_an_image_reason(const TensorSpec& spec, int max_side);

// The rest requires not_an_image_reason() to be empty.
ImageSize image_size(const TensorSpec& spec);
Bytes interleave(const Tensor& image);
// `pixels` holds image_size(spec).bytes() bytes.
Tensor deinterleave(const Bytes& pixels, const TensorSpec& spec);

}  // namespace splitbench
