// disc: what calibration chooses, and hostile calibrations.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include "codec/disc/calibrator.h"
#include "codec/disc/model.h"
#include "codec/zstd_frame.h"
#include "support/smooth_features.h"

namespace splitbench {
namespace {

using testing::bad_input_message;
using testing::calibrated_on;
using testing::mean_squared_difference;
using testing::MemorySamples;
using testing::smooth_samples;
using testing::through;

disc::Settings unmixed() {
  disc::Settings settings;
  settings.mixed = false;
  return settings;
}

// One channel of a hundredth of the others' energy.
TEST(DiscCalibration, GateLeavesOutWeakChannels) {
  const Shape shape = {1, 4, 16, 16};
  std::vector<Tensor> values;
  for (std::uint64_t seed = 0; seed < 4; ++seed) {
    Tensor tensor = testing::relu_floats(shape, seed);
    auto* weak = tensor.mutable_as<float>() + 2 * 256;
    for (std::size_t i = 0; i < 256; ++i) weak[i] *= 0.1F;
    values.push_back(tensor);
  }
  const MemorySamples samples(values);
  disc::Settings settings = unmixed();
  settings.step = 2;
  settings.gate = 0.2;
  const disc::Parameters gated = disc::calibrate(settings, samples);
  EXPECT_EQ(gated.steps[2], 0);
  EXPECT_NE(gated.steps[0], 0);
  EXPECT_NE(gated.steps[3], 0);
  settings.gate = 0;
  EXPECT_NE(disc::calibrate(settings, samples).steps[2], 0);

  const Tensor back =
      through(calibrated_on(samples, "disc:step=2:gate=0.2:mixing=none"), values[0]);
  const auto* weak = back.as<float>() + 2 * 256;
  EXPECT_TRUE(std::all_of(weak, weak + 256, [&](float v) { return v == weak[0]; }));
  EXPECT_NEAR(weak[0], 0.1, 0.03) << "decoded as its mean";
}

TEST(DiscCalibration, StepsAreFinerWhereTheGradientIsLarger) {
  const Shape shape = {1, 2, 8, 8};
  std::vector<Tensor> values;
  std::vector<Tensor> gradients;
  for (std::uint64_t seed = 0; seed < 4; ++seed) {
    values.push_back(testing::relu_floats(shape, seed));
    Tensor gradient = testing::relu_floats(shape, 10 + seed);
    for (std::size_t i = 64; i < 128; ++i) gradient.mutable_as<float>()[i] *= 4;
    gradients.push_back(gradient);
  }
  const disc::Parameters parameters = disc::calibrate(unmixed(), MemorySamples(values, gradients));
  EXPECT_NEAR(disc::from_half(parameters.steps[0]) / disc::from_half(parameters.steps[1]), 4, 0.5);
  const disc::Parameters without = disc::calibrate(unmixed(), MemorySamples(values));
  EXPECT_EQ(without.steps[0], without.steps[1]);
  EXPECT_LT(disc::from_half(without.lane_steps[0]), disc::from_half(without.lane_steps[63]));
}

// A channel far above the others has levels of thousands, and errors no larger than theirs.
TEST(DiscCalibration, OneLargeChannelDoesNotSpoilTheOthers) {
  const Shape shape = {1, 3, 16, 16};
  std::vector<Tensor> values;
  std::vector<Tensor> gradients;
  for (std::uint64_t seed = 0; seed < 4; ++seed) {
    Tensor tensor = testing::relu_floats(shape, seed);
    for (std::size_t i = 256; i < 512; ++i) tensor.mutable_as<float>()[i] += 300.0F * (seed % 2);
    values.push_back(tensor);
    gradients.push_back(testing::relu_floats(shape, 10 + seed));
  }
  const MemorySamples samples(values, gradients);
  disc::Settings settings = unmixed();
  settings.step = 16;
  const disc::Parameters parameters = disc::calibrate(settings, samples);
  EXPECT_GT(parameters.largest_level, 4096);

  const Tensor back = through(calibrated_on(samples, "disc:step=16:mixing=none"), values[1]);
  const auto largest_error = [&](std::size_t channel) {
    float largest = 0;
    for (std::size_t i = channel * 256; i < (channel + 1) * 256; ++i) {
      largest = std::max(largest, std::fabs(back.as<float>()[i] - values[1].as<float>()[i]));
    }
    return largest;
  };
  for (std::size_t channel = 0; channel < 3; ++channel) EXPECT_LT(largest_error(channel), 0.5F);
}

// The third channel is nearly a multiple of the first.
std::vector<Tensor> resembling_channels() {
  std::vector<Tensor> values;
  for (std::uint64_t seed = 0; seed < 6; ++seed) {
    Tensor tensor = testing::relu_floats({1, 3, 16, 16}, seed);
    auto* value = tensor.mutable_as<float>();
    for (std::size_t i = 0; i < 256; ++i) value[512 + i] = 0.1F * value[512 + i] - 2 * value[i];
    values.push_back(tensor);
  }
  return values;
}

TEST(DiscCalibration, MixesChannelsThatResembleEachOther) {
  const std::vector<Tensor> values = resembling_channels();
  const MemorySamples samples(values);
  const disc::Parameters parameters = disc::calibrate({}, samples);
  ASSERT_FALSE(parameters.mixing.empty());
  const std::vector<float>& synthesis = parameters.mixing.synthesis;
  EXPECT_NEAR(synthesis[0] / synthesis[6], -0.5, 0.05) << "of the strongest component";

  const ConfiguredCodec mixed = calibrated_on(samples, "disc:step=0.2:gate=0");
  const ConfiguredCodec apart = calibrated_on(samples, "disc:step=0.2:gate=0:mixing=none");
  EXPECT_LT(mean_squared_difference(values[0], through(mixed, values[0])), 0.05);
  EXPECT_LT(encode_tensor(mixed, values[0]).size(), 0.9 * encode_tensor(apart, values[0]).size());
}

// Two channels of equal statistics: what matters is their sum, so that of the difference fewer bits
// are kept.
TEST(DiscCalibration, MixesByWhatMattersToTheAnswer) {
  std::vector<Tensor> values;
  std::vector<Tensor> gradients;
  for (std::uint64_t seed = 0; seed < 6; ++seed) {
    values.push_back(testing::relu_floats({1, 2, 16, 16}, seed));
    Tensor gradient = testing::relu_floats({1, 2, 16, 16}, 10 + seed);
    auto* of = gradient.mutable_as<float>();
    for (std::size_t i = 0; i < 256; ++i) of[256 + i] = of[i];
    gradients.push_back(gradient);
  }
  disc::Settings settings;
  settings.step = 8;
  const disc::Parameters parameters = disc::calibrate(settings, MemorySamples(values, gradients));
  ASSERT_FALSE(parameters.mixing.empty());
  const std::vector<float>& synthesis = parameters.mixing.synthesis;
  const auto along = [&](std::size_t component) {  // 1 for the sum, -1 for the difference
    const float first = synthesis[component];
    const float second = synthesis[2 + component];
    return 2 * first * second / (first * first + second * second);
  };
  const auto step = [&](std::size_t component) {
    return disc::from_half(parameters.steps[component]);
  };
  const std::size_t sum = along(0) > along(1) ? 0 : 1;
  EXPECT_GT(along(sum), 0.5);
  EXPECT_TRUE(step(1 - sum) == 0 || step(1 - sum) > 2 * step(sum));
}

TEST(DiscCalibration, LeavesChannelsApartWhereMixingSavesNothing) {
  const Shape independent = {1, 4, 16, 16};
  EXPECT_TRUE(disc::calibrate({}, smooth_samples(independent)).mixing.empty());
  std::vector<Tensor> values = resembling_channels();
  EXPECT_TRUE(disc::calibrate(unmixed(), MemorySamples(values)).mixing.empty());
}

// Every level is one of the clip's, and the clip is one of the samples'.
TEST(DiscCalibration, ClipIsNoWiderThanTheSamples) {
  const Shape shape = {1, 4, 16, 16};
  disc::Settings settings;
  settings.step = 8;
  const disc::Parameters coarse = disc::calibrate(settings, smooth_samples(shape));
  settings.step = 0.5;
  const disc::Parameters fine = disc::calibrate(settings, smooth_samples(shape));
  EXPECT_LT(coarse.largest_level, fine.largest_level);
  EXPECT_LE(fine.largest_level, disc::kMaxLevel);
}

TEST(DiscCalibration, IsForFloatFeaturesOfOneInput) {
  const ConfiguredCodec codec = testing::codec("disc");
  bad_input_message([&] { calibrate(codec, MemorySamples({testing::relu_floats({2, 3}, 1)})); });
  bad_input_message([&] { calibrate(codec, MemorySamples({testing::relu_floats({1, 3, 4}, 1)})); });
  bad_input_message([&] { calibrate(codec, MemorySamples({testing::image({1, 3, 4, 4}, 1)})); });
  bad_input_message([&] {
    calibrate(codec, MemorySamples({testing::constant_floats({1, 70000}, 1)}));
  });
}

TEST(DiscCalibration, SurvivesWritingAndReading) {
  const disc::Parameters written =
      disc::calibrate({}, testing::synthetic_samples({DType::kF32, {1, 6, 9, 10}}));
  const disc::Parameters read = disc::read_parameters(disc::write_parameters(written), 6);
  EXPECT_EQ(read.transformed, written.transformed);
  EXPECT_EQ(read.states, written.states);
  EXPECT_EQ(read.largest_level, written.largest_level);
  EXPECT_EQ(read.points, written.points);
  EXPECT_EQ(read.lane_steps, written.lane_steps);
  EXPECT_EQ(read.significance, written.significance);
  EXPECT_EQ(read.means, written.means);
  EXPECT_EQ(read.steps, written.steps);
  EXPECT_EQ(read.classes, written.classes);
  EXPECT_EQ(read.weights, written.weights);
  bad_input_message([&] { disc::read_parameters(disc::write_parameters(written), 7); });
}

// Each field out of its range, behind a valid frame.
TEST(DiscCalibration, RefusesHostileFields) {
  const disc::Parameters valid =
      disc::calibrate({}, testing::synthetic_samples({DType::kF32, {1, 6, 9, 10}}));
  const auto expect_refused = [&](const char* what, auto damage) {
    disc::Parameters damaged = valid;
    damage(damaged);
    SCOPED_TRACE(what);
    bad_input_message([&] {
      disc::Model(disc::read_parameters(disc::write_parameters(damaged), 6),
                  disc::BlockGrid(9, 10));
    });
  };
  constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();
  const disc::Half infinity = 0x7f80;
  using P = disc::Parameters;
  expect_refused("states", [](P& p) { p.states = 3; });
  expect_refused("clip of 0", [](P& p) { p.largest_level = 0; });
  expect_refused("negative clip", [](P& p) { p.largest_level = -1; });
  expect_refused("rounding", [](P& p) { p.rounding = 0.75F; });
  expect_refused("NaN rounding", [&](P& p) { p.rounding = kNaN; });
  expect_refused("range", [](P& p) {
    p.low = 2;
    p.high = 1;
  });
  expect_refused("point", [&](P& p) { p.points[1] = kNaN; });
  expect_refused("lane step", [&](P& p) { p.lane_steps[5] = 0; });
  expect_refused("infinite mean", [&](P& p) { p.means[1] = infinity; });
  expect_refused("negative step", [](P& p) { p.steps[0] = disc::to_half(-1); });
  expect_refused("huge step", [](P& p) { p.steps[0] = disc::to_half(1e30); });
  expect_refused("class", [](P& p) { p.classes[7] = disc::kClasses; });
  expect_refused("weight", [](P& p) { p.weights[1][3] = disc::kMaxWeight + 1; });
}

TEST(DiscCalibration, MixingSurvivesWritingAndReading) {
  const disc::Parameters written = disc::calibrate({}, MemorySamples(resembling_channels()));
  const Bytes bytes = disc::write_parameters(written);
  const disc::Parameters read = disc::read_parameters(bytes, 3);
  const auto expect_near = [](const std::vector<float>& a, const std::vector<float>& b) {
    ASSERT_EQ(a.size(), b.size());
    for (std::size_t i = 0; i < a.size(); ++i)
      EXPECT_NEAR(a[i], b[i], 1e-3 * std::fabs(b[i]) + 1e-4);
  };
  expect_near(read.mixing.analysis, written.mixing.analysis);
  expect_near(read.mixing.synthesis, written.mixing.synthesis);
  bad_input_message([&] { disc::read_parameters(bytes, 2); });
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const Bytes cut(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
    bad_input_message([&] { disc::read_parameters(cut, 3); });
  }
}

TEST(DiscCalibration, RefusesHostileMixing) {
  const disc::Parameters valid = disc::calibrate({}, MemorySamples(resembling_channels()));
  const auto expect_refused = [&](const char* what, auto damage) {
    disc::Parameters damaged = valid;
    damage(damaged.mixing);
    SCOPED_TRACE(what);
    bad_input_message([&] { disc::read_parameters(disc::write_parameters(damaged), 3); });
  };
  expect_refused("large synthesis", [](disc::ChannelMixing& m) { m.synthesis[4] = 2; });
  expect_refused("NaN", [](disc::ChannelMixing& m) { m.analysis[0] = 1e30F; });
  Bytes layout = disc::write_parameters(valid);
  layout[0] = 2;
  bad_input_message([&] { disc::read_parameters(layout, 3); });
}

TEST(DiscCalibration, RefusesDamagedFrames) {
  const Bytes valid = disc::write_parameters(
      disc::calibrate({}, testing::synthetic_samples({DType::kF32, {1, 6, 9, 10}})));
  for (std::size_t size = 0; size < valid.size(); ++size) {
    const Bytes cut(valid.begin(), valid.begin() + static_cast<std::ptrdiff_t>(size));
    bad_input_message([&] { disc::read_parameters(cut, 6); });
  }
  bad_input_message([&] { disc::read_parameters(zstd_compress(Bytes(100), 3), 6); });
}

}  // namespace
}  // namespace splitbench
