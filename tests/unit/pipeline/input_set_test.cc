#include "pipeline/input_set.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <set>

#include "support/error_message.h"

namespace splitbench {
namespace {

const TensorSpec kInput{DType::kF32, {1, 1, 2, 2}};

Tensor picture(Shape shape, std::uint8_t value) {
  Tensor image = Tensor::allocate({DType::kU8, std::move(shape)});
  std::fill_n(image.mutable_as<std::uint8_t>(), image.elements(), value);
  return image;
}

Sample picture_sample(Shape shape, std::uint8_t value, std::optional<int> label = {}) {
  Sample sample;
  sample.name = "a.png";
  sample.image = picture(std::move(shape), value);
  sample.label = label;
  return sample;
}

TEST(ChooseSamples, TakesAllWithoutALimitOrWithALargeOne) {
  const std::vector<std::size_t> all = {0, 1, 2, 3, 4};
  EXPECT_EQ(choose_samples(5, 0, 1), all);
  EXPECT_EQ(choose_samples(5, 5, 1), all);
  EXPECT_EQ(choose_samples(5, 9, 1), all);
  EXPECT_TRUE(choose_samples(0, 3, 1).empty());
}

TEST(ChooseSamples, DrawsAscendingUniqueIndicesByTheSeed) {
  const auto chosen = choose_samples(1000, 50, 4);
  EXPECT_EQ(chosen.size(), 50u);
  EXPECT_TRUE(std::is_sorted(chosen.begin(), chosen.end()));
  EXPECT_EQ(std::set<std::size_t>(chosen.begin(), chosen.end()).size(), 50u);
  EXPECT_LT(chosen.back(), 1000u);
  EXPECT_GT(chosen.back(), 500u) << "the draw reaches beyond the first images";
  EXPECT_EQ(choose_samples(1000, 50, 4), chosen);
  EXPECT_NE(choose_samples(1000, 50, 5), chosen);
}

TEST(ChooseSamples, IsTheSameOnEveryPlatform) {
  // Recorded; std::mt19937_64 and Rng are fully specified.
  EXPECT_EQ(choose_samples(10, 3, 0), (std::vector<std::size_t>{0, 2, 7}));
}

TEST(PrepareInput, PicturesAreNormalisedAndKept) {
  Preprocess steps;
  steps.mean = {0.5};
  steps.std = {0.25};
  steps.gray = true;
  const PreparedInput input = prepare_input(picture_sample({1, 1, 2, 2}, 255, 3), steps, kInput, 4);
  EXPECT_EQ(input.label, 3);
  ASSERT_TRUE(input.image);
  EXPECT_TRUE(bit_identical(*input.image, picture({1, 1, 2, 2}, 255)));
  EXPECT_EQ(input.tensor.spec(), kInput);
  EXPECT_EQ(input.tensor.as<float>()[0], 2.0F);  // (1 - 0.5) / 0.25
}

TEST(PrepareInput, WithoutAManifestAPictureIsScaledToOneAndTurnedGrey) {
  const PreparedInput input =
      prepare_input(picture_sample({1, 3, 2, 2}, 51), std::nullopt, kInput, 0);
  EXPECT_EQ(input.tensor.as<float>()[0], 51.0F / 255.0F);
}

TEST(PrepareInput, TensorsGoThroughUntouched) {
  Sample sample;
  sample.tensor = Tensor::allocate(kInput);
  std::iota(sample.tensor->mutable_as<float>(), sample.tensor->mutable_as<float>() + 4, 0.5F);
  const PreparedInput input = prepare_input(sample, std::nullopt, kInput, 0);
  EXPECT_FALSE(input.image);
  EXPECT_TRUE(bit_identical(input.tensor, *sample.tensor));
}

TEST(PrepareInput, LabelsOutOfRangeAreRefused) {
  const auto message = [](int label, std::size_t classes) {
    return bad_input_message([&] {
      prepare_input(picture_sample({1, 1, 2, 2}, 0, label), std::nullopt, kInput, classes);
    });
  };
  EXPECT_EQ(message(4, 4), "a.png: label 4 is out of range, the model has 4 classes (0 to 3)");
  EXPECT_EQ(message(-1, 4), "a.png: label -1 is not a class index (0, 1, 2 ...)");
  EXPECT_EQ(message(-1, 0), "a.png: label -1 is not a class index (0, 1, 2 ...)");
  // The number of classes is unknown: nothing to hold the label against.
  EXPECT_EQ(prepare_input(picture_sample({1, 1, 2, 2}, 0, 99), std::nullopt, kInput, 0).label, 99);
}

TEST(PrepareInput, OtherShapesAreRefusedWithBoth) {
  const std::string message = bad_input_message([] {
    prepare_input(picture_sample({1, 1, 3, 2}, 0), std::nullopt, kInput, 0);
  });
  EXPECT_EQ(message.find("a.png: gives an input of shape 1x1x3x2, the model takes 1x1x2x2"), 0u)
      << message;
}

TEST(Batches, StackAndUnstack) {
  std::vector<Tensor> items;
  for (int i = 0; i < 3; ++i) {
    items.push_back(Tensor::allocate({DType::kF32, {1, 2}}));
    items.back().mutable_as<float>()[0] = static_cast<float>(i);
    items.back().mutable_as<float>()[1] = static_cast<float>(-i);
  }
  const Tensor batch = stack_batch({&items[0], &items[1], &items[2]});
  EXPECT_EQ(batch.shape(), (Shape{3, 2}));
  for (std::size_t i = 0; i < 3; ++i) EXPECT_TRUE(bit_identical(batch_item(batch, i), items[i]));
  EXPECT_NE(error_message(ErrorCode::kRuntime, [&] { batch_item(batch, 3); }), "");
  const Tensor other = Tensor::allocate({DType::kF32, {1, 3}});
  EXPECT_EQ(bad_input_message([&] {
              stack_batch({&items[0], &other});
            }),
            "tensors of shapes 1x2 and 1x3 cannot share a batch; use --batch 1");
}

}  // namespace
}  // namespace splitbench
