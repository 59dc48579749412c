#include "codec/interleave.h"

#include <algorithm>

#include "codec/tensor_text.h"

namespace splitbench {

std::string not_an_image_reason(const TensorSpec& spec, int max_side) {
  const Shape& shape = spec.shape;
  const bool is_image = spec.dtype == DType::kU8 && shape.size() == 4 && shape[0] == 1 &&
                        (shape[1] == 1 || shape[1] == 3) && shape[2] > 0 && shape[3] > 0;
  if (!is_image) {
    return "takes one uint8 image (1x1xHxW or 1x3xHxW); this is " + tensor_text(spec);
  }
  if (shape[2] > max_side || shape[3] > max_side) {
    return "takes images of at most " + std::to_string(max_side) + " pixels a side; this is " +
           tensor_text(spec);
  }
  return "";
}

ImageSize image_size(const TensorSpec& spec) {
  return {static_cast<int>(spec.shape[3]), static_cast<int>(spec.shape[2]),
          static_cast<int>(spec.shape[1])};
}

Bytes interleave(const Tensor& image) {
  const auto* planes = image.as<std::uint8_t>();
  const std::size_t plane = image.elements() / static_cast<std::size_t>(image.shape()[1]);
  Bytes pixels(image.elements());
  if (plane == image.elements()) {
    std::copy(planes, planes + plane, pixels.begin());
    return pixels;
  }
  for (std::size_t i = 0; i < plane; ++i) {
    pixels[3 * i] = planes[i];
    pixels[3 * i + 1] = planes[plane + i];
    pixels[3 * i + 2] = planes[2 * plane + i];
  }
  return pixels;
}

Tensor deinterleave(const Bytes& pixels, const TensorSpec& spec) {
  Tensor image = Tensor::allocate(spec);
  auto* planes = image.mutable_as<std::uint8_t>();
  const std::size_t plane = pixels.size() / static_cast<std::size_t>(spec.shape[1]);
  if (plane == pixels.size()) {
    std::copy(pixels.begin(), pixels.end(), planes);
    return image;
  }
  for (std::size_t i = 0; i < plane; ++i) {
    planes[i] = pixels[3 * i];
    planes[plane + i] = pixels[3 * i + 1];
    planes[2 * plane + i] = pixels[3 * i + 2];
  }
  return image;
}

}  // namespace splitbench
