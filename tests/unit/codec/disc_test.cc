// disc: blocks, transform, quantiser, and streams.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <set>
#include <string>
#include <vector>

#include "base/rng.h"
#include "codec/disc/block_grid.h"
#include "codec/disc/block_transform.h"
#include "codec/disc/quantiser.h"
#include "support/smooth_features.h"

namespace splitbench {
namespace {

using testing::bad_input_message;
using testing::calibrated_on;
using testing::mean_squared_difference;
using testing::MemorySamples;
using testing::smooth_features;
using testing::smooth_samples;
using testing::through;

TEST(DiscBlocks, CoverAnAxisOnceWithNearlyEqualPieces) {
  for (std::size_t length = 1; length <= 230; ++length) {
    const disc::BlockAxis axis(length);
    std::size_t position = 0;
    std::set<std::size_t> sizes;
    for (std::size_t i = 0; i < axis.pieces(); ++i) {
      EXPECT_EQ(axis.start(i), position) << length;
      position += axis.size(i);
      sizes.insert(axis.size(i));
    }
    EXPECT_EQ(position, length);
    EXPECT_LE(*sizes.rbegin(), disc::kSide) << length;
    EXPECT_LE(*sizes.rbegin() - *sizes.begin(), 1U) << length;
    EXPECT_EQ(axis.pieces(), (length + 7) / 8);
  }
}

// Of every size: orthonormal with its scales, and undone by the inverse.
TEST(DiscTransform, IsOrthonormalAndInvertible) {
  Rng rng(1);
  for (std::size_t height = 1; height <= disc::kSide; ++height) {
    for (std::size_t width = 1; width <= disc::kSide; ++width) {
      const disc::BlockSize size{height, width};
      std::vector<float> map(height * width);
      for (float& value : map) value = static_cast<float>(rng.uniform() - 0.3);
      disc::Block block;
      disc::load_block(map.data(), width, size, 0.25F, block);
      double energy = 0;
      for (const float value : block.lanes) energy += double{value} * value;

      disc::forward_dct(block, size);
      double transformed = 0;
      for (std::size_t lane = 0; lane < disc::kLanes; ++lane) {
        const std::size_t v = lane / disc::kSide;
        const std::size_t u = lane % disc::kSide;
        if (u >= height || v >= width) {
          EXPECT_EQ(block.lanes[lane], 0) << height << "x" << width << " lane " << lane;
          continue;
        }
        const float scale = disc::dct_scale(height, u) * disc::dct_scale(width, v);
        block.lanes[lane] *= scale;
        transformed += double{block.lanes[lane]} * block.lanes[lane];
        block.lanes[lane] *= scale;
      }
      EXPECT_NEAR(transformed, energy, 1e-5 * (1 + energy)) << height << "x" << width;

      disc::inverse_dct(block, size);
      std::vector<float> back(map.size());
      disc::store_block(block, 0.25F, -10, 10, back.data(), width, size);
      for (std::size_t i = 0; i < map.size(); ++i) EXPECT_NEAR(back[i], map[i], 1e-5);
    }
  }
}

TEST(DiscTransform, PutsAConstantInOneCoefficient) {
  const std::vector<float> map(64, 3);
  disc::Block block;
  disc::load_block(map.data(), 8, {8, 8}, 1, block);
  disc::forward_dct(block, {8, 8});
  EXPECT_NEAR(block.lanes[0] * disc::dct_scale(8, 0) * disc::dct_scale(8, 0), 8 * 2, 1e-5);
  for (std::size_t lane = 1; lane < disc::kLanes; ++lane) EXPECT_NEAR(block.lanes[lane], 0, 1e-5);
}

TEST(DiscTransform, LimitsWhatItStores) {
  disc::Block block{};
  block.lanes[0] = -5;
  block.lanes[1] = 5;
  std::vector<float> map(6, -1);
  disc::store_block(block, 0.5F, 0, 2, map.data(), 3, {2, 3});
  EXPECT_EQ(map, (std::vector<float>{0, 2, 0.5F, 0.5F, 0.5F, 0.5F}));
}

TEST(DiscQuantiser, HasADeadZoneAndAClip) {
  disc::Block block{};
  const std::vector<float> values = {0.59F, 0.6F, -0.61F, 1.59F, 1.61F, -40, 1e30F, -1e30F};
  std::copy(values.begin(), values.end(), block.lanes);
  disc::Levels levels;
  disc::quantise(block, 0.4F, 5, levels);
  const std::vector<int> expected = {0, 1, -1, 1, 2, -5, 5, -5};
  for (std::size_t i = 0; i < expected.size(); ++i)
    EXPECT_EQ(int{levels.lanes[i]}, expected[i]) << i;
}

TEST(DiscCodec, IsFinerWithSmallerStepsInEveryDomain) {
  const Shape shape = {1, 12, 14, 15};
  const MemorySamples samples = smooth_samples(shape);
  const Tensor tensor = smooth_features(shape, 7);
  for (const std::string transform : {"dct", "none"}) {
    double last_error = std::numeric_limits<double>::infinity();
    std::size_t last_size = 0;
    for (const std::string step : {"2", "0.5", "0.1"}) {
      const ConfiguredCodec codec =
          calibrated_on(samples, "disc:gate=0:step=" + step + ":transform=" + transform);
      const Bytes stream = encode_tensor(codec, tensor);
      const double error = mean_squared_difference(tensor, decode_tensor(codec, stream, {}));
      EXPECT_LT(error, last_error) << transform << " " << step;
      EXPECT_GT(stream.size(), last_size) << transform << " " << step;
      last_error = error;
      last_size = stream.size();
    }
    EXPECT_LT(last_error, 1e-3) << transform;
  }
}

TEST(DiscCodec, IsSmallOnFeaturesLikeTheSamples) {
  const Shape shape = {1, 16, 28, 28};
  const ConfiguredCodec codec = calibrated_on(smooth_samples(shape), "disc:step=1");
  const Tensor tensor = smooth_features(shape, 7);
  EXPECT_LT(encode_tensor(codec, tensor).size() * 40, tensor.bytes());
}

TEST(DiscCodec, StaysInTheRangeOfTheSamples) {
  const Shape shape = {1, 6, 9, 9};
  const ConfiguredCodec codec = calibrated_on(smooth_samples(shape), "disc:step=3");
  const Tensor back = through(codec, smooth_features(shape, 7));
  EXPECT_GE(*std::min_element(back.as<float>(), back.as<float>() + back.elements()), 0.0F);
}

TEST(DiscCodec, ClipsWhatIsFarOutside) {
  const Shape shape = {1, 4, 8, 8};
  const ConfiguredCodec codec = calibrated_on(smooth_samples(shape), "disc");
  for (const float value :
       {1e6F, -1e6F, std::numeric_limits<float>::max(), std::numeric_limits<float>::lowest()}) {
    const Tensor back = through(codec, testing::constant_floats(shape, value));
    for (std::size_t i = 0; i < back.elements(); ++i) {
      EXPECT_TRUE(std::isfinite(back.as<float>()[i]));
      EXPECT_LE(std::fabs(back.as<float>()[i]), 2);
    }
  }
}

TEST(DiscCodec, RefusesNaNAndInfinity) {
  const Shape shape = {1, 4, 8, 9};
  const ConfiguredCodec codec = calibrated_on(smooth_samples(shape), "disc");
  for (const float value :
       {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(),
        -std::numeric_limits<float>::infinity()}) {
    Tensor tensor = smooth_features(shape, 1);
    tensor.mutable_as<float>()[tensor.elements() - 1] = value;
    const std::string message = bad_input_message([&] { encode_tensor(codec, tensor); });
    EXPECT_NE(message.find("NaN or infinity"), std::string::npos) << message;
    bad_input_message([&] { calibrate(testing::codec("disc"), MemorySamples({tensor})); });
  }
}

TEST(DiscCodec, TakesConstantZeroAndSingleValues) {
  for (const Shape& shape : {Shape{1, 1, 1, 1}, Shape{1, 1}, Shape{1, 5}, Shape{1, 3, 5, 7}}) {
    for (const float value : {0.0F, 2.5F, -1e-30F}) {
      const Tensor tensor = testing::constant_floats(shape, value);
      const ConfiguredCodec codec = calibrated_on(MemorySamples({tensor, tensor}), "disc");
      const Tensor back = through(codec, tensor);
      EXPECT_LE(testing::largest_difference(tensor, back), 0.01 * std::fabs(value))
          << shape_text(shape) << " of " << value;
    }
  }
}

// A body that ends early, late, or on other symbols is told by the coder's last states, or nearly
// always so: the stream's checksum is for the rest.
TEST(DiscStream, RefusesBodiesThatAreNotWhatWasWritten) {
  const Shape shape = {1, 6, 9, 10};
  const ConfiguredCodec codec = calibrated_on(smooth_samples(shape), "disc:step=0.3");
  const Tensor tensor = smooth_features(shape, 9);
  const Bytes body = codec.codec->encode(tensor);
  std::size_t accepted = 0;
  for (std::size_t size = 0; size < body.size(); ++size) {
    const Bytes cut(body.begin(), body.begin() + static_cast<std::ptrdiff_t>(size));
    try {
      EXPECT_EQ(codec.codec->decode(cut, tensor.spec()).spec(), tensor.spec());
      ++accepted;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kBadInput);
    }
  }
  EXPECT_LT(accepted * 20, body.size());
  Bytes longer = body;
  longer.push_back(0);
  bad_input_message([&] { codec.codec->decode(longer, tensor.spec()); });
}

}  // namespace
}  // namespace splitbench
