// Codec klt as a whole: calibrated, then tensors to streams and back.
#include <gtest/gtest.h>
#include <zlib.h>

#include <cmath>
#include <cstddef>
#include <limits>
#include <set>
#include <string>
#include <vector>

#include "base/rng.h"
#include "codec/calibration.h"
#include "codec/stream.h"
#include "support/calibration_samples.h"
#include "support/codec_samples.h"

namespace splitbench {
namespace {

using testing::bad_input_message;
using testing::calibrated_for;
using testing::codec;
using testing::constant_floats;
using testing::floats;
using testing::largest_difference;
using testing::MemorySamples;
using testing::synthetic_features;
using testing::synthetic_samples;

const Shape kShape = {1, 6, 20, 23};

ConfiguredCodec calibrated(const std::string& spec, const Shape& shape) {
  return calibrated_for(codec(spec), {DType::kF32, shape});
}

double mean_square_difference(const Tensor& a, const Tensor& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.elements(); ++i) {
    sum += std::pow(static_cast<double>(a.as<float>()[i]) - b.as<float>()[i], 2);
  }
  return sum / static_cast<double>(a.elements());
}

// Of the values about their channels' means.
double variance(const Tensor& tensor) {
  const auto channels = static_cast<std::size_t>(tensor.shape()[1]);
  const std::size_t plane = tensor.elements() / channels;
  double sum = 0;
  for (std::size_t c = 0; c < channels; ++c) {
    const float* values = tensor.as<float>() + c * plane;
    double mean = 0;
    for (std::size_t i = 0; i < plane; ++i) mean += values[i] / static_cast<double>(plane);
    for (std::size_t i = 0; i < plane; ++i) sum += std::pow(values[i] - mean, 2);
  }
  return sum / static_cast<double>(tensor.elements());
}

TEST(KltCodec, FinerStepsCostMoreAndLoseLess) {
  const Tensor tensor = synthetic_features(kShape, 40);
  const double whole = variance(tensor);
  std::size_t bytes_before = 0;
  double error_before = whole;
  for (const char* step : {"2", "1", "0.5", "0.25", "0.1"}) {
    const ConfiguredCodec klt =
        calibrated("klt:rdo=0:weights=none:step=" + std::string(step), kShape);
    const Bytes stream = encode_tensor(klt, tensor);
    const double error = mean_square_difference(decode_tensor(klt, stream, {}), tensor);
    EXPECT_GT(stream.size(), bytes_before) << step;
    EXPECT_LT(error, error_before) << step;
    bytes_before = stream.size();
    error_before = error;
  }
  // Steps are in standard deviations; rounding and points of reconstruction off the middle.
  EXPECT_LT(error_before / whole, 0.1 * 0.1 / 4);
}

TEST(KltCodec, ThePriceOfABitSavesBytes) {
  const Tensor tensor = synthetic_features(kShape, 40);
  const std::size_t rounded = encode_tensor(calibrated("klt:rdo=0", kShape), tensor).size();
  const std::size_t priced = encode_tensor(calibrated("klt:rdo=0.3", kShape), tensor).size();
  EXPECT_LT(priced, rounded);
}

TEST(KltCodec, StepIsInTheStream) {
  const Tensor tensor = synthetic_features(kShape, 40);
  const Bytes calibration = calibrate(codec("klt"), synthetic_samples({DType::kF32, kShape}));
  const ConfiguredCodec coarse = with_calibration(codec("klt:step=2"), calibration);
  const ConfiguredCodec fine = with_calibration(codec("klt:step=0.2:rdo=0"), calibration);
  const Bytes stream = encode_tensor(fine, tensor);
  EXPECT_TRUE(bit_identical(decode_tensor(coarse, stream, {}), decode_tensor(fine, stream, {})));
}

TEST(KltCodec, SpendsBytesWhereTheAnswerMinds) {
  const TensorSpec spec{DType::kF32, {1, 4, 8, 8}};
  std::vector<Tensor> values, gradients;
  Rng rng(2);
  for (std::uint64_t i = 0; i < 30; ++i) {
    std::vector<float> value(spec.elements()), gradient(spec.elements());
    for (std::size_t e = 0; e < value.size(); ++e) {
      value[e] = static_cast<float>(rng.uniform());
      // Channels 0 and 1 matter ten times as much as 2 and 3.
      gradient[e] = static_cast<float>((rng.uniform() - 0.5) * (e < value.size() / 2 ? 1 : 0.1));
    }
    values.push_back(floats(spec.shape, value));
    gradients.push_back(floats(spec.shape, gradient));
  }
  const MemorySamples samples(values, gradients);
  const ConfiguredCodec klt =
      with_calibration(codec("klt:step=1"), calibrate(codec("klt:step=1"), samples));
  const Tensor back = decode_tensor(klt, encode_tensor(klt, values[0]), {});
  double important = 0;
  double other = 0;
  for (std::size_t e = 0; e < back.elements(); ++e) {
    const double error = back.as<float>()[e] - values[0].as<float>()[e];
    (e < back.elements() / 2 ? important : other) += error * error;
  }
  EXPECT_LT(4 * important, other);
}

TEST(KltCodec, TakesTensorsUnlikeItsSamples) {
  for (const Shape& shape : {kShape, Shape{1, 6}, Shape{1, 1, 1, 1}}) {
    const ConfiguredCodec klt = calibrated("klt", shape);
    for (const float value : {0.0F, -7.5F, 100.0F, 1e20F, -std::numeric_limits<float>::max()}) {
      const Tensor tensor = constant_floats(shape, value);
      const Tensor back = decode_tensor(klt, encode_tensor(klt, tensor), {});
      for (std::size_t i = 0; i < back.elements(); ++i) {
        ASSERT_TRUE(std::isfinite(back.as<float>()[i])) << value;
      }
    }
  }
  // Inside the range of values, far outside what was seen of their pattern.
  const ConfiguredCodec klt = calibrated("klt:step=0.1:weights=none:rdo=0", kShape);
  Tensor tensor = constant_floats(kShape, 0);
  for (std::size_t i = 0; i < tensor.elements(); i += 2) tensor.mutable_as<float>()[i] = 1;
  const Tensor back = decode_tensor(klt, encode_tensor(klt, tensor), {});
  EXPECT_LT(mean_square_difference(tensor, back), 0.3);
}

TEST(KltCodec, ConstantSamplesDecodeToThemselves) {
  const Tensor constant = constant_floats({1, 3, 4, 4}, 2.5F);
  const ConfiguredCodec klt =
      with_calibration(codec("klt"), calibrate(codec("klt"), MemorySamples({constant})));
  const Bytes stream = encode_tensor(klt, constant);
  EXPECT_LE(stream.size(), 16U) << "nothing but the header and the step";
  EXPECT_EQ(largest_difference(decode_tensor(klt, stream, {}), constant), 0);
}

TEST(KltCodec, KeepsToTheRangeOfARectifier) {
  const Shape shape = {1, 1, 12, 12};
  std::vector<Tensor> values;
  for (std::uint64_t i = 0; i < 8; ++i) values.push_back(testing::relu_floats(shape, i));
  const ConfiguredCodec klt =
      with_calibration(codec("klt:step=1"), calibrate(codec("klt"), MemorySamples(values)));
  const Tensor back = decode_tensor(klt, encode_tensor(klt, values[3]), {});
  for (std::size_t i = 0; i < back.elements(); ++i) EXPECT_GE(back.as<float>()[i], 0);
}

TEST(KltCodec, RefusesWhatIsNotFinite) {
  const ConfiguredCodec klt = calibrated("klt", kShape);
  for (const float value :
       {std::numeric_limits<float>::quiet_NaN(), -std::numeric_limits<float>::infinity()}) {
    Tensor tensor = synthetic_features(kShape, 1);
    tensor.mutable_as<float>()[77] = value;
    bad_input_message([&] { encode_tensor(klt, tensor); });
  }
}

TEST(KltCodec, SaysWhichTensorsItTakes) {
  for (const Shape& shape : {Shape{2, 3, 4, 4}, Shape{1, 3, 4}, Shape{}, Shape{1, 5000}}) {
    const TensorSpec spec{DType::kF32, shape};
    const std::string message = bad_input_message(
        [&] { calibrate(codec("klt"), MemorySamples({testing::relu_floats(shape, 1)})); });
    EXPECT_NE(message.find("takes"), std::string::npos) << message;
  }
}

// Of more channels than are transformed together, and of blocks that leave a part of the map over.
TEST(KltCodec, ErrorsAreOfTheStepInEveryGroupAndBlock) {
  for (const Shape& shape : {Shape{1, 200, 5, 6}, Shape{1, 161, 1, 1}, Shape{1, 300},
                             Shape{1, 7, 19, 21}, Shape{1, 5, 17, 3}}) {
    const ConfiguredCodec klt = calibrated("klt:rdo=0:weights=none:step=0.1", shape);
    const Tensor tensor = synthetic_features(shape, 3);  // one of the samples
    const Tensor back = decode_tensor(klt, encode_tensor(klt, tensor), {});
    const auto channels = static_cast<std::size_t>(shape[1]);
    const std::size_t plane = tensor.elements() / channels;
    for (std::size_t c = 0; c < channels; ++c) {
      double error = 0;
      for (std::size_t i = c * plane; i < (c + 1) * plane; ++i) {
        const double difference = double{back.as<float>()[i]} - tensor.as<float>()[i];
        error += difference * difference / static_cast<double>(plane);
      }
      EXPECT_LT(error, 0.05) << shape_text(shape) << ", channel " << c;
    }
  }
}

// Of every number of states, by the number of levels (klt/level_coder.h).
TEST(KltCodec, StreamsOfFewAndManyLevelsComeBack) {
  std::set<std::size_t> sizes;
  for (const Shape& shape :
       {Shape{1, 6, 8, 8}, Shape{1, 12, 16, 16}, Shape{1, 24, 16, 16}, Shape{1, 40, 20, 20}}) {
    const Tensor tensor = synthetic_features(shape, 40);
    const double whole = variance(tensor);
    const ConfiguredCodec klt = calibrated("klt:step=0.03:rdo=0:weights=none", shape);
    const Bytes stream = encode_tensor(klt, tensor);
    EXPECT_LT(mean_square_difference(tensor, decode_tensor(klt, stream, {})), 0.01 * whole);
    sizes.insert(stream.size());
  }
  EXPECT_EQ(sizes.size(), 4U);
}

TEST(KltCodec, RefusesTrailingBytes) {
  const ConfiguredCodec klt = calibrated("klt", kShape);
  const Tensor tensor = synthetic_features(kShape, 1);
  Bytes body = klt.codec->encode(tensor);
  for (const std::size_t more : {1, 2, 20}) {
    body.insert(body.end(), more, 0xAB);
    bad_input_message([&] { klt.codec->decode(body, tensor.spec()); });
  }
}

}  // namespace
}  // namespace splitbench
