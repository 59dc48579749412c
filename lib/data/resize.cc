#include "data/resize.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "data/image_tensor.h"

namespace splitbench {
namespace {

// 32 bits of sum, less 8 bits of sample, 1 bit of sign and 1 bit of headroom: sums never overflow
// an int32, for the magnitudes of a sample's weights add up to less than 2.
constexpr int kPrecisionBits = 32 - 8 - 2;
constexpr std::int32_t kRounding = 1 << (kPrecisionBits - 1);

// Which input samples make one output sample: weights[first_weight + k] times input[start + k].
struct Taps {
  int start = 0;
  int count = 0;
  std::size_t first_weight = 0;
};

struct Filter {
  std::vector<Taps> taps;  // one for every output sample
  std::vector<std::int32_t> weights;
};

// A filter kernel at unit scale: symmetric, zero from `support` on.
struct Kernel {
  double support = 0;
  double (*value)(double x) = nullptr;
};

double triangle(double x) { return std::max(0.0, 1.0 - std::abs(x)); }

// Keys' cubic convolution. In Pillow's order of operations, for its rounding.
double cubic(double x) {
  constexpr double kA = -0.5;
  x = std::abs(x);
  if (x < 1) return ((kA + 2) * x - (kA + 3)) * x * x + 1;
  if (x < 2) return (((x - 5) * x + 8) * x - 4) * kA;
  return 0;
}

Kernel kernel_of(Interpolation interpolation) {
  return interpolation == Interpolation::kBicubic ? Kernel{2, cubic} : Kernel{1, triangle};
}

// Halves away from zero.
std::int32_t to_fixed_point(double weight) {
  const double scaled = weight * (1 << kPrecisionBits);
  return static_cast<std::int32_t>(scaled + (scaled < 0 ? -0.5 : 0.5));
}

Filter make_filter(int input_size, int output_size, const Kernel& kernel) {
  const double scale = static_cast<double>(input_size) / output_size;
  const double stretch = std::max(scale, 1.0);
  const double inverse_stretch = 1.0 / stretch;
  const double support = kernel.support * stretch;
  Filter filter;
  filter.taps.reserve(static_cast<std::size_t>(output_size));
  std::vector<double> exact;
  for (int i = 0; i < output_size; ++i) {
    const double center = (i + 0.5) * scale;
    const int start = std::max(static_cast<int>(center - support + 0.5), 0);
    const int end = std::min(static_cast<int>(center + support + 0.5), input_size);
    exact.clear();
    double sum = 0;
    for (int x = start; x < end; ++x) {
      exact.push_back(kernel.value((x - center + 0.5) * inverse_stretch));
      sum += exact.back();
    }
    filter.taps.push_back({start, end - start, filter.weights.size()});
    for (const double weight : exact) {
      filter.weights.push_back(to_fixed_point(sum == 0 ? weight : weight / sum));
    }
  }
  return filter;
}

std::uint8_t to_sample(std::int32_t sum) {
  return static_cast<std::uint8_t>(std::clamp(sum >> kPrecisionBits, 0, 255));
}

Tensor resize_width(const Tensor& image, int width, const Kernel& kernel) {
  const ImageSize size = image_size(image);
  Tensor result = allocate_image({size.channels, size.height, width});
  const Filter filter = make_filter(static_cast<int>(size.width), width, kernel);
  const auto* input = image.as<std::uint8_t>();
  auto* output = result.mutable_as<std::uint8_t>();
  for (std::int64_t row = 0; row < size.channels * size.height; ++row, input += size.width) {
    for (const Taps& taps : filter.taps) {
      const std::int32_t* weights = filter.weights.data() + taps.first_weight;
      const std::uint8_t* samples = input + taps.start;
      std::int32_t sum = kRounding;
      for (int k = 0; k < taps.count; ++k) sum += samples[k] * weights[k];
      *output++ = to_sample(sum);
    }
  }
  return result;
}

Tensor resize_height(const Tensor& image, int height, const Kernel& kernel) {
  const ImageSize size = image_size(image);
  Tensor result = allocate_image({size.channels, height, size.width});
  const Filter filter = make_filter(static_cast<int>(size.height), height, kernel);
  const auto width = static_cast<std::size_t>(size.width);
  const auto* plane = image.as<std::uint8_t>();
  auto* output = result.mutable_as<std::uint8_t>();
  // Whole rows at a time, so that the compiler vectorises the inner loops.
  std::vector<std::int32_t> sums(width);
  for (std::int64_t channel = 0; channel < size.channels; ++channel) {
    for (const Taps& taps : filter.taps) {
      std::fill(sums.begin(), sums.end(), kRounding);
      for (int k = 0; k < taps.count; ++k) {
        const std::int32_t weight = filter.weights[taps.first_weight + static_cast<std::size_t>(k)];
        const std::uint8_t* row = plane + static_cast<std::size_t>(taps.start + k) * width;
        for (std::size_t x = 0; x < width; ++x) sums[x] += row[x] * weight;
      }
      for (std::size_t x = 0; x < width; ++x) output[x] = to_sample(sums[x]);
      output += width;
    }
    plane += size.height * size.width;
  }
  return result;
}

}  // namespace

Tensor resize_antialiased(const Tensor& image, int height, int width, Interpolation interpolation) {
  const ImageSize size = image_size(image);
  const Kernel kernel = kernel_of(interpolation);
  Tensor result = image;
  if (width != size.width) result = resize_width(result, width, kernel);
  if (height != size.height) result = resize_height(result, height, kernel);
  return result;
}

}  // namespace splitbench
