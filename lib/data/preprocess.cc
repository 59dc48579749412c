#include "data/preprocess.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string>

#include "base/error.h"
#include "data/image_tensor.h"
#include "data/resize.h"

namespace splitbench {
namespace {

void check_size(int size, const char* step) {
  if (size < 1) {
    throw bad_input(std::string("preprocess: ") + step + " must be at least 1, is " +
                    std::to_string(size));
  }
}

Tensor resize_shorter_side(const Tensor& image, int target, Interpolation interpolation) {
  const ImageSize size = image_size(image);
  const std::int64_t shorter = std::min(size.height, size.width);
  const std::int64_t longer = std::max(size.height, size.width);
  const std::int64_t longer_target = target * longer / shorter;
  if (longer_target > std::numeric_limits<int>::max()) {
    throw bad_input("a picture of " + std::to_string(size.width) + " x " +
                    std::to_string(size.height) + " pixels is too narrow to resize to " +
                    std::to_string(target));
  }
  const int other = static_cast<int>(longer_target);
  return size.width <= size.height ? resize_antialiased(image, other, target, interpolation)
                                   : resize_antialiased(image, target, other, interpolation);
}

// Where the crop starts on one axis: in the input when that is longer, else in the result.
struct CropAxis {
  std::int64_t from = 0;   // first input sample
  std::int64_t to = 0;     // where it goes in the result
  std::int64_t count = 0;  // samples taken
};

CropAxis crop_axis(std::int64_t size, std::int64_t crop) {
  if (size <= crop) return {0, (crop - size) / 2, size};
  // torchvision: int(round((size - crop) / 2.0)), and Python rounds halves to even.
  const std::int64_t excess = size - crop;
  const std::int64_t half = excess / 2;
  const bool round_up = excess % 2 == 1 && half % 2 == 1;
  return {half + (round_up ? 1 : 0), 0, crop};
}

Tensor crop_center(const Tensor& image, int crop) {
  const ImageSize size = image_size(image);
  if (size.height == crop && size.width == crop) return image;
  const CropAxis rows = crop_axis(size.height, crop);
  const CropAxis columns = crop_axis(size.width, crop);
  Tensor result = allocate_image({size.channels, crop, crop});
  auto* output = result.mutable_as<std::uint8_t>();
  std::memset(output, 0, result.bytes());
  for (std::int64_t channel = 0; channel < size.channels; ++channel) {
    for (std::int64_t row = 0; row < rows.count; ++row) {
      const std::int64_t from =
          (channel * size.height + rows.from + row) * size.width + columns.from;
      const std::int64_t to = (channel * crop + rows.to + row) * crop + columns.to;
      std::memcpy(output + to, image.as<std::uint8_t>() + from,
                  static_cast<std::size_t>(columns.count));
    }
  }
  return result;
}

float channel_value(const std::vector<double>& values, std::size_t channel, double fallback) {
  return static_cast<float>(values.empty() ? fallback : values[channel]);
}

void check_statistics(const std::vector<double>& values, std::int64_t channels, const char* name) {
  if (!values.empty() && static_cast<std::int64_t>(values.size()) != channels) {
    throw bad_input(std::string("preprocess: ") + name + " has " + std::to_string(values.size()) +
                    " values, the picture has " + std::to_string(channels) + " channels");
  }
  for (const double value : values) {
    if (!std::isfinite(value)) {
      throw bad_input(std::string("preprocess: ") + name + " has a value that is not finite");
    }
  }
}

}  // namespace

Tensor resize_and_crop(const Tensor& image, const Preprocess& preprocess) {
  Tensor result = preprocess.gray ? to_gray(image) : to_rgb(image);
  if (preprocess.resize) {
    check_size(*preprocess.resize, "resize");
    result = resize_shorter_side(result, *preprocess.resize, preprocess.interpolation);
  }
  if (preprocess.crop) {
    check_size(*preprocess.crop, "crop");
    result = crop_center(result, *preprocess.crop);
  }
  return result;
}

Tensor normalise(const Tensor& image, const Preprocess& preprocess) {
  const ImageSize size = image_size(image);
  check_statistics(preprocess.mean, size.channels, "mean");
  check_statistics(preprocess.std, size.channels, "std");
  Tensor result = Tensor::allocate({DType::kF32, image.shape()});
  const auto* input = image.as<std::uint8_t>();
  auto* output = result.mutable_as<float>();
  const std::int64_t pixels = size.height * size.width;
  for (std::int64_t channel = 0; channel < size.channels; ++channel) {
    const auto index = static_cast<std::size_t>(channel);
    const float mean = channel_value(preprocess.mean, index, 0);
    const float std = channel_value(preprocess.std, index, 1);
    if (std == 0) throw bad_input("preprocess: std must not be 0");
    // 256 divisions a channel instead of one a pixel.
    std::array<float, 256> table;
    for (int value = 0; value < 256; ++value) {
      table[static_cast<std::size_t>(value)] = (static_cast<float>(value) / 255.0f - mean) / std;
    }
    for (std::int64_t i = 0; i < pixels; ++i) *output++ = table[*input++];
  }
  return result;
}

}  // namespace splitbench
