#include "data/resize.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <vector>

#include "data/image_tensor.h"
#include "support/error_message.h"

namespace splitbench {
namespace {

Tensor gray_image(std::int64_t height, std::int64_t width, const std::vector<int>& samples) {
  Tensor image = allocate_image({1, height, width});
  std::copy(samples.begin(), samples.end(), image.mutable_as<std::uint8_t>());
  return image;
}

std::vector<int> samples_of(const Tensor& image) {
  const auto* data = image.as<std::uint8_t>();
  return {data, data + image.elements()};
}

Tensor bilinear(const Tensor& image, int height, int width) {
  return resize_antialiased(image, height, width, Interpolation::kBilinear);
}

Tensor bicubic(const Tensor& image, int height, int width) {
  return resize_antialiased(image, height, width, Interpolation::kBicubic);
}

// Expected values: PIL.Image.resize(size, BILINEAR or BICUBIC), Pillow 9.4.
TEST(Resize, AveragesWithATriangleWhenDownscaling) {
  EXPECT_EQ(samples_of(bilinear(gray_image(1, 8, {0, 10, 20, 200, 255, 3, 90, 91}), 1, 3)),
            (std::vector<int>{24, 147, 83}));
}

TEST(Resize, InterpolatesWhenUpscaling) {
  EXPECT_EQ(samples_of(bilinear(gray_image(2, 1, {0, 255}), 5, 1)),
            (std::vector<int>{0, 25, 128, 230, 255}));
}

TEST(Resize, WeighsWithACubicWhenDownscaling) {
  EXPECT_EQ(samples_of(bicubic(gray_image(1, 8, {0, 10, 20, 200, 255, 3, 90, 91}), 1, 3)),
            (std::vector<int>{15, 157, 77}));
}

// The cubic overshoots at edges; what leaves 0 to 255 is cut off.
TEST(Resize, InterpolatesWithACubicWhenUpscaling) {
  EXPECT_EQ(samples_of(bicubic(gray_image(1, 4, {40, 220, 210, 60}), 1, 9)),
            (std::vector<int>{23, 61, 150, 224, 236, 214, 151, 77, 46}));
  EXPECT_EQ(samples_of(bicubic(gray_image(1, 4, {0, 255, 200, 40}), 1, 9)),
            (std::vector<int>{0, 30, 159, 255, 253, 206, 134, 58, 25}));
}

TEST(Resize, KeepsAPictureOfTheSameSize) {
  const Tensor image = gray_image(2, 3, {1, 2, 3, 4, 5, 6});
  EXPECT_TRUE(bit_identical(bilinear(image, 2, 3), image));
  EXPECT_TRUE(bit_identical(bicubic(image, 2, 3), image));
}

TEST(Resize, KeepsAConstantPictureConstant) {
  Tensor image = allocate_image({3, 37, 53});
  std::fill_n(image.mutable_as<std::uint8_t>(), image.bytes(), std::uint8_t{255});
  const std::vector<int> expected(3 * 11 * 90, 255);
  EXPECT_EQ(samples_of(bilinear(image, 11, 90)), expected);
  EXPECT_EQ(samples_of(bicubic(image, 11, 90)), expected);
}

TEST(Resize, ReducesToASinglePixel) {
  EXPECT_EQ(samples_of(bilinear(gray_image(2, 2, {0, 100, 100, 200}), 1, 1)),
            (std::vector<int>{100}));
}

TEST(Resize, RefusesImpossibleSizesAndOtherTensors) {
  const Tensor image = gray_image(1, 1, {7});
  for (const int size : {0, -1}) {
    EXPECT_THROW(bilinear(image, size, 4), Error) << size;
    EXPECT_THROW(bilinear(image, 4, size), Error) << size;
  }
  EXPECT_THROW(bilinear(image, 1 << 15, 1 << 15), Error);
  EXPECT_THROW(bilinear(Tensor::allocate({DType::kF32, {1, 1, 2, 2}}), 1, 1), Error);
  EXPECT_THROW(bilinear(Tensor::allocate({DType::kU8, {1, 2, 2, 2}}), 1, 1), Error);
  EXPECT_THROW(bilinear(Tensor::allocate({DType::kU8, {1, 1, 0, 2}}), 1, 1), Error);
}

}  // namespace
}  // namespace splitbench
