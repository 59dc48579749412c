// What every codec that learns from samples must do, over the same settings as codec_conformance.
#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <vector>

#include "base/rng.h"
#include "codec/calibration.h"
#include "codec/stream.h"
#include "support/calibration_samples.h"
#include "support/checksum.h"
#include "support/codec_conformance.h"
#include "support/codec_samples.h"

namespace splitbench {
namespace {

using testing::bad_input_message;
using testing::constant_floats;
using testing::MemorySamples;
using testing::synthetic_features;
using testing::synthetic_samples;

const TensorSpec kFeatures{DType::kF32, {1, 6, 9, 10}};

std::vector<std::string> calibrated_specs() {
  std::vector<std::string> specs;
  for (const std::string& spec : testing::all_codec_specs()) {
    if (make_codec(parse_spec(spec)).needs_calibration) specs.push_back(spec);
  }
  return specs;
}

class EveryCalibration : public ::testing::TestWithParam<std::string> {
 protected:
  // Either refuses the samples or codes tensors with what it learnt from them.
  void calibrate_or_refuse(const MemorySamples& samples, const Tensor& tensor) {
    try {
      const ConfiguredCodec ready = with_calibration(codec_, calibrate(codec_, samples));
      EXPECT_EQ(decode_tensor(ready, encode_tensor(ready, tensor), {}).spec(), tensor.spec());
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kBadInput) << error.what();
      EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos) << error.what();
    }
  }

  ConfiguredCodec codec_ = make_codec(parse_spec(GetParam()));
  Bytes calibration_ = calibrate(codec_, synthetic_samples(kFeatures));
};

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(EveryCalibration);
INSTANTIATE_TEST_SUITE_P(Codecs, EveryCalibration, ::testing::ValuesIn(calibrated_specs()),
                         testing::spec_test_name);

TEST_P(EveryCalibration, ComesBeforeAnyTensor) {
  const Tensor tensor = synthetic_features(kFeatures.shape, 9);
  EXPECT_FALSE(unsupported_reason(codec_, {kFeatures}).empty());
  bad_input_message([&] { encode_tensor(codec_, tensor); });
  const ConfiguredCodec ready = with_calibration(codec_, calibration_);
  EXPECT_EQ(unsupported_reason(ready, {kFeatures}), "");
  EXPECT_TRUE(ready.calibration);
}

TEST_P(EveryCalibration, IsTheSameEveryTime) {
  EXPECT_EQ(calibrate(codec_, synthetic_samples(kFeatures)), calibration_);
}

TEST_P(EveryCalibration, ServesAllSettingsOfOneKey) {
  const ConfiguredCodec other = make_codec(parse_spec(calibration_key(codec_)));
  ASSERT_EQ(calibration_key(other), calibration_key(codec_));
  EXPECT_EQ(calibrate(other, synthetic_samples(kFeatures)), calibration_);
  const ConfiguredCodec ready = with_calibration(codec_, calibration_);
  const Bytes stream = encode_tensor(ready, synthetic_features(kFeatures.shape, 9));
  EXPECT_TRUE(bit_identical(decode_tensor(with_calibration(other, calibration_), stream, {}),
                            decode_tensor(ready, stream, {})))
      << "settings are in the stream";
}

TEST_P(EveryCalibration, NeedsNoGradients) {
  const MemorySamples samples({synthetic_features(kFeatures.shape, 1)});
  const ConfiguredCodec ready = with_calibration(codec_, calibrate(codec_, samples));
  const Tensor tensor = synthetic_features(kFeatures.shape, 9);
  EXPECT_EQ(decode_tensor(ready, encode_tensor(ready, tensor), {}).spec(), kFeatures);
}

TEST_P(EveryCalibration, StandsDegenerateSamples) {
  constexpr float kMax = std::numeric_limits<float>::max();
  const Tensor tensor = synthetic_features(kFeatures.shape, 9);
  for (const float value : {0.0F, -3.25F, kMax, -kMax, 1e-45F}) {
    const Tensor constant = constant_floats(kFeatures.shape, value);
    calibrate_or_refuse(MemorySamples({constant}), tensor);
    calibrate_or_refuse(MemorySamples({constant}), constant);
    calibrate_or_refuse(MemorySamples({constant, tensor}), tensor);
    calibrate_or_refuse(MemorySamples({tensor}, {constant}), tensor);
  }
}

// What it learnt would be nonsense, and is shipped.
TEST_P(EveryCalibration, RefusesNonFiniteSamples) {
  for (const float value :
       {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    Tensor tensor = synthetic_features(kFeatures.shape, 9);
    tensor.mutable_as<float>()[50] = value;
    bad_input_message([&] { calibrate(codec_, MemorySamples({tensor})); });
  }
}

TEST_P(EveryCalibration, RefusesDamage) {
  for (std::size_t size = 0; size < calibration_.size(); ++size) {
    const Bytes cut(calibration_.begin(), calibration_.begin() + static_cast<std::ptrdiff_t>(size));
    bad_input_message([&] { with_calibration(codec_, cut); });
  }
  for (std::size_t bit = 0; bit < 8 * calibration_.size(); ++bit) {
    Bytes damaged = calibration_;
    damaged[bit / 8] = static_cast<std::uint8_t>(damaged[bit / 8] ^ (1U << bit % 8));
    bad_input_message([&] { with_calibration(codec_, damaged); });
  }
}

// Behind a right checksum: what is accepted must code.
TEST_P(EveryCalibration, SurvivesHostileParameters) {
  constexpr int kMutations = 400;
  const Tensor tensor = synthetic_features(kFeatures.shape, 9);
  const auto survive = [&](Bytes calibration) {
    testing::repair_checksum(calibration);
    try {
      const ConfiguredCodec ready = with_calibration(codec_, calibration);
      EXPECT_EQ(decode_tensor(ready, encode_tensor(ready, tensor), {}).spec(), tensor.spec());
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kBadInput) << error.what();
    }
  };
  for (std::size_t size = testing::kChecksumEnd; size < calibration_.size(); ++size) {
    survive(Bytes(calibration_.begin(), calibration_.begin() + static_cast<std::ptrdiff_t>(size)));
  }
  Rng rng(6);
  for (int i = 0; i < kMutations; ++i) {
    Bytes damaged = calibration_;
    for (std::uint64_t edits = 1 + rng.below(4); edits > 0; --edits) {
      const std::uint64_t at =
          testing::kChecksumEnd + rng.below(damaged.size() - testing::kChecksumEnd);
      damaged[at] = static_cast<std::uint8_t>(rng.below(256));
    }
    survive(std::move(damaged));
  }
}

// The shape is part of a calibration, and as hostile as the rest of it.
TEST_P(EveryCalibration, SurvivesHostileShapes) {
  constexpr std::size_t kShapeEnd = testing::kChecksumEnd + 2 + 4;  // type, rank, four dimensions
  const ByteView parameters(calibration_.data() + kShapeEnd, calibration_.size() - kShapeEnd);
  const std::vector<Shape> shapes = {{},
                                     {0},
                                     {6},
                                     {1, 0},
                                     {1, 6},
                                     {2, 6},
                                     {1, 6, 9},
                                     {0, 6, 9, 10},
                                     {1, 0, 9, 10},
                                     {1, 6, 0, 10},
                                     {1, 6, 9, 0},
                                     {1, 1, 1, 1},
                                     {2, 6, 9, 10},
                                     {1, 5, 9, 10},
                                     {1, 7, 9, 10},
                                     {1, 6, 1, 1},
                                     {1, 6, 9, 10, 1},
                                     {1, 6, 1 << 14, 1 << 14},
                                     {1, 1 << 30, 1, 1},
                                     {1, 1 << 30},
                                     {1 << 30, 6, 1, 1}};
  for (const Shape& shape : shapes) {
    for (const DType dtype : {DType::kF32, DType::kU8, DType::kF64}) {
      ByteWriter writer;
      writer.raw(ByteView(calibration_.data(), testing::kChecksumEnd));
      writer.u8(static_cast<std::uint8_t>(dtype));
      writer.varint(shape.size());
      for (const std::int64_t dimension : shape) {
        writer.varint(static_cast<std::uint64_t>(dimension));
      }
      writer.raw(parameters);
      Bytes calibration = writer.take();
      testing::repair_checksum(calibration);
      try {
        const ConfiguredCodec ready = with_calibration(codec_, calibration);
        const TensorSpec spec{dtype, shape};
        if (!unsupported_reason(ready, {spec}).empty() || spec.elements() > 1000) continue;
        const Tensor tensor = testing::synthetic_samples(spec, 1).value(0);
        EXPECT_EQ(decode_tensor(ready, encode_tensor(ready, tensor), {}).spec(), spec);
      } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::kBadInput) << error.what();
      }
    }
  }
}

TEST_P(EveryCalibration, BelongsToOneShape) {
  const ConfiguredCodec ready = with_calibration(codec_, calibration_);
  const Shape other = {1, 6, 10, 9};
  EXPECT_FALSE(unsupported_reason(ready, {TensorSpec{DType::kF32, other}}).empty());
  bad_input_message([&] { encode_tensor(ready, synthetic_features(other, 1)); });
  const Bytes body = ready.codec->encode(synthetic_features(kFeatures.shape, 9));
  bad_input_message([&] { ready.codec->decode(body, TensorSpec{DType::kF32, other}); });
}

}  // namespace
}  // namespace splitbench
