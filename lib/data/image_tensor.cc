#include "data/image_tensor.h"

#include <cstring>

#include "base/error.h"

namespace splitbench {
namespace {

constexpr std::int64_t kMaxPixels = std::int64_t{1} << 28;

}  // namespace

ImageSize image_size(const Tensor& image) {
  const Shape& shape = image.shape();
  const bool picture = image.dtype() == DType::kU8 && shape.size() == 4 && shape[0] == 1 &&
                       (shape[1] == 1 || shape[1] == 3) && shape[2] > 0 && shape[3] > 0;
  if (!picture) {
    throw bad_input("expected a picture (uint8, 1 x 1 or 3 x height x width), got " +
                    std::string(dtype_name(image.dtype())) + " " + shape_text(shape));
  }
  return {shape[1], shape[2], shape[3]};
}

Tensor allocate_image(const ImageSize& size) {
  if (size.height <= 0 || size.width <= 0 || size.height > kMaxPixels / size.width) {
    throw bad_input("a picture of " + std::to_string(size.width) + " x " +
                    std::to_string(size.height) + " pixels is outside 1 to 2^28 pixels");
  }
  return Tensor::allocate({DType::kU8, {1, size.channels, size.height, size.width}});
}

Tensor to_gray(const Tensor& image) {
  const ImageSize size = image_size(image);
  if (size.channels == 1) return image;
  Tensor gray = allocate_image({1, size.height, size.width});
  const std::int64_t pixels = size.height * size.width;
  const auto* red = image.as<std::uint8_t>();
  const auto* green = red + pixels;
  const auto* blue = green + pixels;
  auto* luma = gray.mutable_as<std::uint8_t>();
  for (std::int64_t i = 0; i < pixels; ++i) {
    const std::uint32_t sum = 19595u * red[i] + 38470u * green[i] + 7471u * blue[i] + 0x8000u;
    luma[i] = static_cast<std::uint8_t>(sum >> 16);
  }
  return gray;
}

Tensor to_rgb(const Tensor& image) {
  const ImageSize size = image_size(image);
  if (size.channels == 3) return image;
  Tensor rgb = allocate_image({3, size.height, size.width});
  auto* plane = rgb.mutable_as<std::uint8_t>();
  for (int channel = 0; channel < 3; ++channel, plane += image.bytes()) {
    std::memcpy(plane, image.data(), image.bytes());
  }
  return rgb;
}

}  // namespace splitbench
