#include "codec/channel_order.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "base/rng.h"
#include "codec/affine.h"
#include "support/calibration_samples.h"
#include "support/codec_samples.h"

namespace splitbench {
namespace {

using testing::bad_input_message;
using testing::MemorySamples;

// What a channel's maps look like is a function of its angle on a circle: channels of near angles
// are alike, and there is an order in which all neighbours are.
Tensor circle_features(const std::vector<std::size_t>& position, std::size_t side,
                       std::uint64_t seed) {
  Rng rng(seed);
  const double amplitude = 1 + rng.uniform();
  const auto channels = static_cast<std::int64_t>(position.size());
  const auto extent = static_cast<std::int64_t>(side);
  Tensor tensor = Tensor::allocate({DType::kF32, {1, channels, extent, extent}});
  auto* values = tensor.mutable_as<float>();
  for (const std::size_t place : position) {
    const double angle = 6.28 * static_cast<double>(place) / static_cast<double>(position.size());
    for (std::size_t i = 0; i < side * side; ++i) {
      *values++ = static_cast<float>(amplitude * std::cos(angle + static_cast<double>(i % side)));
    }
  }
  return tensor;
}

std::vector<std::size_t> shuffled(std::size_t count, std::uint64_t seed) {
  std::vector<std::size_t> order(count);
  std::iota(order.begin(), order.end(), std::size_t{0});
  Rng rng(seed);
  rng.shuffle(order);
  return order;
}

TEST(ChannelOrder, RecoversAPlantedRow) {
  constexpr std::size_t kChannels = 24;
  const std::vector<std::size_t> position = shuffled(kChannels, 3);
  const MemorySamples samples({circle_features(position, 3, 1), circle_features(position, 3, 2)});
  const Mosaic row{kChannels, 3, 3, kChannels, 1};
  const ChannelOrder order = similar_channel_order(row, samples);
  for (std::size_t place = 1; place < kChannels; ++place) {
    const std::size_t a = position[order[place - 1]], b = position[order[place]];
    const std::size_t apart = a < b ? b - a : a - b;
    EXPECT_TRUE(apart == 1 || apart == kChannels - 1) << a << " beside " << b;
  }
}

// The sum of squared differences over the pixels on either side of all seams between tiles.
double seams(const Mosaic& mosaic, const Bytes& picture) {
  double sum = 0;
  const std::size_t width = mosaic.width();
  for (std::size_t y = 0; y < mosaic.height(); ++y) {
    for (std::size_t x = 0; x < width; ++x) {
      const double pixel = picture[y * width + x];
      const double left = x > 0 ? picture[y * width + x - 1] : pixel;
      const double above = y > 0 ? picture[(y - 1) * width + x] : pixel;
      if (x % mosaic.tile_width == 0) sum += (pixel - left) * (pixel - left);
      if (y % mosaic.tile_height == 0) sum += (pixel - above) * (pixel - above);
    }
  }
  return sum;
}

TEST(ChannelOrder, SmoothsTheSeamsOfAGrid) {
  const std::vector<std::size_t> position = shuffled(36, 4);
  const Tensor features = circle_features(position, 4, 1);
  const Mosaic mosaic = near_square_mosaic(36, 4, 4);
  const ChannelOrder order = similar_channel_order(mosaic, MemorySamples({features}));
  const AffineRange range = finite_range(features.as<float>(), features.elements());
  Bytes planes(features.elements()), arranged(planes.size()), picture(planes.size());
  quantise(features.as<float>(), planes.size(), range, 255, planes.data());
  tile(mosaic, planes.data(), picture.data());
  const double natural = seams(mosaic, picture);
  arrange_planes(mosaic, order, planes.data(), arranged.data());
  tile(mosaic, arranged.data(), picture.data());
  EXPECT_LT(seams(mosaic, picture), natural / 10);
}

TEST(ChannelOrder, OrdersWhateverCanBeSampled) {
  constexpr float kMax = std::numeric_limits<float>::max();
  const std::vector<Tensor> values = {testing::constant_floats({1, 5, 2, 3}, 0),
                                      testing::constant_floats({1, 5, 2, 3}, -kMax),
                                      testing::floats({1, 5}, {-kMax, kMax, 0, kMax, 1}),
                                      testing::floats({1, 5}, {1e-45F, -1e-45F, 0, 0, 0})};
  for (const Tensor& value : values) {
    const bool vector = value.shape().size() == 2;
    const Mosaic mosaic = near_square_mosaic(5, vector ? 1 : 2, vector ? 1 : 3);
    ChannelOrder order = similar_channel_order(mosaic, MemorySamples({value}));
    std::sort(order.begin(), order.end());
    EXPECT_EQ(order, (ChannelOrder{0, 1, 2, 3, 4}));
  }
  const Mosaic single = near_square_mosaic(1, 1, 1);
  EXPECT_EQ(similar_channel_order(single, MemorySamples({testing::floats({1, 1}, {3})})),
            ChannelOrder{0});
}

TEST(ChannelOrder, RefusesSamplesThatCannotServe) {
  const Tensor nan = testing::floats({1, 2}, {1, std::numeric_limits<float>::quiet_NaN()});
  bad_input_message(
      [&] { similar_channel_order(near_square_mosaic(2, 1, 1), MemorySamples({nan})); });
  constexpr std::size_t kMany = kMaxOrderedChannels + 1;
  const Tensor wide = testing::constant_floats({1, kMany}, 0);
  const std::string message = bad_input_message(
      [&] { similar_channel_order(near_square_mosaic(kMany, 1, 1), MemorySamples({wide})); });
  EXPECT_NE(message.find("4096"), std::string::npos) << message;
}

TEST(ChannelOrder, IsReadBackOnlyAsAPermutation) {
  const ChannelOrder order = {2, 0, 3, 1};
  const Bytes bytes = channel_order_bytes(order);
  EXPECT_EQ(bytes, (Bytes{2, 0, 0, 0, 3, 0, 1, 0}));
  EXPECT_EQ(read_channel_order(bytes, 4), order);
  EXPECT_TRUE(read_channel_order(Bytes(), 0).empty());
  const auto refused = [](const Bytes& hostile, std::size_t channels) {
    return bad_input_message([&] { read_channel_order(hostile, channels); });
  };
  EXPECT_NE(refused({2, 0, 0, 0, 2, 0, 1, 0}, 4).find("twice"), std::string::npos);
  EXPECT_NE(refused({2, 0, 0, 0, 4, 0, 1, 0}, 4).find("fewer"), std::string::npos);
  refused({2, 0, 0, 1, 3, 0, 1, 0}, 4);
  refused(Bytes(), 4);
  refused(bytes, 3);
  refused(bytes, 5);
  refused(bytes, std::size_t{1} << 40);
  refused(Bytes(2 * (kMaxOrderedChannels + 1)), kMaxOrderedChannels + 1);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    refused(Bytes(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size)), 4);
  }
}

TEST(ChannelOrder, MirrorsEveryOtherTile) {
  const Mosaic mosaic{4, 2, 2, 2, 2};
  const Bytes planes = {1, 2, 3, 4, 11, 12, 13, 14, 21, 22, 23, 24, 31, 32, 33, 34};
  Bytes arranged(planes.size());
  arrange_planes(mosaic, {1, 0, 3, 2}, planes.data(), arranged.data());
  EXPECT_EQ(arranged, (Bytes{11, 12, 13, 14, 2, 1, 4, 3, 33, 34, 31, 32, 24, 23, 22, 21}));
  Bytes back(planes.size());
  restore_planes(mosaic, {1, 0, 3, 2}, arranged.data(), back.data());
  EXPECT_EQ(back, planes);
}

}  // namespace
}  // namespace splitbench
