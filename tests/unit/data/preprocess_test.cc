#include "data/preprocess.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <numeric>
#include <vector>

#include "data/image_tensor.h"
#include "support/error_message.h"

namespace splitbench {
namespace {

// Samples 0, 1, 2 ... in memory order.
Tensor counting_image(std::int64_t channels, std::int64_t height, std::int64_t width) {
  Tensor image = allocate_image({channels, height, width});
  auto* samples = image.mutable_as<std::uint8_t>();
  std::iota(samples, samples + image.elements(), std::uint8_t{0});
  return image;
}

std::vector<int> samples_of(const Tensor& image) {
  const auto* data = image.as<std::uint8_t>();
  return {data, data + image.elements()};
}

Preprocess gray_preprocess() {
  Preprocess preprocess;
  preprocess.gray = true;
  return preprocess;
}

TEST(ToGray, IsPilsLuma) {
  Tensor image = allocate_image({3, 1, 4});
  const std::uint8_t rgb[] = {255, 0, 0, 13, 0, 255, 0, 77, 0, 0, 255, 200};
  std::copy(std::begin(rgb), std::end(rgb), image.mutable_as<std::uint8_t>());
  // PIL: Image.new("RGB", (1, 1), colour).convert("L")
  EXPECT_EQ(samples_of(to_gray(image)), (std::vector<int>{76, 150, 29, 72}));
}

TEST(ToRgb, RepeatsGreyAndGreyComesBack) {
  const Tensor gray = counting_image(1, 16, 16);
  const Tensor rgb = to_rgb(gray);
  EXPECT_EQ(rgb.shape(), (Shape{1, 3, 16, 16}));
  EXPECT_TRUE(bit_identical(to_gray(rgb), gray));
}

TEST(ResizeAndCrop, ConvertsChannelsAsAskedFor) {
  EXPECT_EQ(resize_and_crop(counting_image(3, 2, 2), gray_preprocess()).shape(),
            (Shape{1, 1, 2, 2}));
  EXPECT_EQ(resize_and_crop(counting_image(1, 2, 2), {}).shape(), (Shape{1, 3, 2, 2}));
}

TEST(ResizeAndCrop, CutsTheLongerSideDown) {
  Preprocess preprocess = gray_preprocess();
  preprocess.resize = 17;
  EXPECT_EQ(resize_and_crop(counting_image(1, 33, 100), preprocess).shape(), (Shape{1, 1, 17, 51}));
  EXPECT_EQ(resize_and_crop(counting_image(1, 100, 33), preprocess).shape(), (Shape{1, 1, 51, 17}));
}

TEST(ResizeAndCrop, RoundsHalfMarginsToEven) {
  Preprocess preprocess = gray_preprocess();
  preprocess.crop = 1;
  // Margins of 1 and 3 samples: 0.5 -> 0, 1.5 -> 2.
  EXPECT_EQ(samples_of(resize_and_crop(counting_image(1, 1, 2), preprocess)),
            (std::vector<int>{0}));
  EXPECT_EQ(samples_of(resize_and_crop(counting_image(1, 1, 4), preprocess)),
            (std::vector<int>{2}));
}

TEST(ResizeAndCrop, PutsZerosAroundASmallerPicture) {
  Preprocess preprocess = gray_preprocess();
  preprocess.crop = 4;
  Tensor image = allocate_image({1, 1, 2});
  std::fill_n(image.mutable_as<std::uint8_t>(), 2, std::uint8_t{9});
  EXPECT_EQ(samples_of(resize_and_crop(image, preprocess)),
            (std::vector<int>{0, 0, 0, 0, 0, 9, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0}));
}

TEST(ResizeAndCrop, RefusesSizesBelowOneAndAbsurdResults) {
  Preprocess preprocess;
  preprocess.resize = 0;
  EXPECT_EQ(bad_input_message([&] { resize_and_crop(counting_image(3, 2, 2), preprocess); }),
            "preprocess: resize must be at least 1, is 0");
  preprocess.resize = std::numeric_limits<int>::max();
  EXPECT_THROW(resize_and_crop(counting_image(3, 1, 200), preprocess), Error);
  preprocess.resize.reset();
  preprocess.crop = -3;
  EXPECT_EQ(bad_input_message([&] { resize_and_crop(counting_image(3, 2, 2), preprocess); }),
            "preprocess: crop must be at least 1, is -3");
}

TEST(Normalise, RoundsEveryStepToFloat32) {
  Preprocess preprocess;
  preprocess.mean = {0.485, 0.456, 0.406};
  preprocess.std = {0.229, 0.224, 0.225};
  Tensor image = allocate_image({3, 1, 1});
  const std::uint8_t pixel[] = {0, 100, 255};
  std::copy(std::begin(pixel), std::end(pixel), image.mutable_as<std::uint8_t>());
  const Tensor input = normalise(image, preprocess);
  ASSERT_EQ(input.spec(), (TensorSpec{DType::kF32, {1, 3, 1, 1}}));
  // torchvision 0.14: Normalize(mean, std)(ToTensor()(image)).
  EXPECT_EQ(input.as<float>()[0], -2.1179039478302f);
  EXPECT_EQ(input.as<float>()[1], -0.28501397371292114f);
  EXPECT_EQ(input.as<float>()[2], 2.640000104904175f);
}

TEST(Normalise, DividesBy255WhenNothingElseIsSet) {
  const Tensor input = normalise(counting_image(1, 16, 16), {});
  for (int i = 0; i < 256; ++i) EXPECT_EQ(input.as<float>()[i], static_cast<float>(i) / 255.0f);
}

TEST(Normalise, RefusesStatisticsThatDoNotFit) {
  const Tensor image = counting_image(3, 1, 1);
  Preprocess preprocess;
  preprocess.mean = {0.5};
  EXPECT_EQ(bad_input_message([&] { normalise(image, preprocess); }),
            "preprocess: mean has 1 values, the picture has 3 channels");
  preprocess.mean = {0.5, 0.5, std::numeric_limits<double>::quiet_NaN()};
  EXPECT_THROW(normalise(image, preprocess), Error);
  preprocess.mean.clear();
  preprocess.std = {1, 0, 1};
  EXPECT_THROW(normalise(image, preprocess), Error);
}

}  // namespace
}  // namespace splitbench
