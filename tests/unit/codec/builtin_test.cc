// What single codecs promise beyond the conformance tests that all of them share.
#include <gtest/gtest.h>

#include <limits>

#include "codec/stream.h"
#include "codec/zstd_frame.h"
#include "support/codec_samples.h"

namespace splitbench {
namespace {

using testing::bad_input_message;
using testing::codec;
using testing::floats;
using testing::largest_difference;

Tensor round_trip(const std::string& spec, const Tensor& tensor) {
  return decode_tensor(codec(spec), encode_tensor(codec(spec), tensor), {});
}

TEST(RawCodec, Fp16SaturatesAndRounds) {
  const Tensor back = round_trip("raw:dtype=fp16", floats({1, 3}, {1e9F, 1.0004F, -0.0F}));
  EXPECT_EQ(back.as<float>()[0], 65504.0F);
  EXPECT_EQ(back.as<float>()[1], 1.0F);
  EXPECT_TRUE(std::signbit(back.as<float>()[2]));
}

TEST(RawCodec, Fp16IsHalfTheSize) {
  const Tensor tensor = testing::relu_floats({1, 64, 56, 56}, 1);
  EXPECT_EQ(encode_tensor(codec("raw:dtype=fp16"), tensor).size(), tensor.bytes() / 2 + 12);
}

TEST(RawCodec, KeepsNonFiniteValues) {
  const float infinity = std::numeric_limits<float>::infinity();
  const Tensor tensor =
      floats({1, 3}, {infinity, -infinity, std::numeric_limits<float>::quiet_NaN()});
  EXPECT_TRUE(bit_identical(round_trip("raw", tensor), tensor));
  const Tensor half = round_trip("raw:dtype=fp16", tensor);
  EXPECT_EQ(half.as<float>()[0], infinity);
  EXPECT_TRUE(std::isnan(half.as<float>()[2]));
}

TEST(RawCodec, PointsAtTheCodecThatFits) {
  const auto reason = [](const char* spec, DType dtype) {
    return codec(spec).codec->unsupported_reason({dtype, {1, 3, 4, 4}});
  };
  EXPECT_NE(reason("raw", DType::kU8).find("raw:dtype=uint8"), std::string::npos);
  EXPECT_NE(reason("raw:dtype=uint8", DType::kF32).find("raw:dtype=fp32"), std::string::npos);
  EXPECT_NE(reason("raw", DType::kI64).find("zstd"), std::string::npos);
}

TEST(ZstdFrame, RefusesAnotherContentSize) {
  const Bytes content(100, 7);
  const Bytes frame = zstd_compress(content, 3);
  Bytes out(101);
  require_zstd_content(frame, 100, "test");
  bad_input_message([&] { require_zstd_content(frame, 101, "test"); });
  bad_input_message([&] { require_zstd_content(content, 100, "test"); });
  bad_input_message([&] { zstd_decompress(frame, out.data(), 101, "test"); });
  bad_input_message([&] { zstd_decompress(frame, out.data(), 99, "test"); });
}

TEST(ZstdCodec, ShufflePaysOffWithoutZeros) {
  Rng rng(1);
  std::vector<float> values(4096);
  for (float& value : values) value = static_cast<float>(1 + rng.uniform());
  const Tensor tensor = floats({1, 4096}, values);
  EXPECT_LT(encode_tensor(codec("zstd:shuffle=bytes"), tensor).size(),
            encode_tensor(codec("zstd:shuffle=none"), tensor).size());
}

TEST(QuantCodec, ErrorIsWithinHalfAStep) {
  const Tensor tensor = testing::relu_floats({1, 8, 9, 7}, 5);
  for (int bits = 1; bits <= 16; ++bits) {
    for (const char* level : {"0", "3"}) {
      const std::string spec = "quant:bits=" + std::to_string(bits) + ":level=" + level;
      const double step = 4.0 / ((1 << bits) - 1);
      EXPECT_LE(largest_difference(round_trip(spec, tensor), tensor), step / 2 + 1e-6) << spec;
    }
  }
}

TEST(QuantCodec, WithoutZstdHasExactlyItsBits) {
  const Tensor tensor = testing::relu_floats({1, 8, 8, 8}, 5);
  for (std::size_t bits = 1; bits <= 16; ++bits) {
    const std::string spec = "quant:bits=" + std::to_string(bits) + ":level=0";
    EXPECT_EQ(codec(spec).codec->encode(tensor).size(), 1 + 8 + 512 * bits / 8) << spec;
  }
}

TEST(QuantCodec, ZstdNeverMakesItLarger) {
  const Tensor noise = testing::random_elements(DType::kF32, {1, 1, 1, 3}, 4);
  for (std::size_t bits = 1; bits <= 16; ++bits) {
    const std::string spec = "quant:bits=" + std::to_string(bits);
    EXPECT_LE(encode_tensor(codec(spec + ":level=3"), noise).size(),
              encode_tensor(codec(spec + ":level=0"), noise).size());
  }
}

TEST(QuantCodec, RefusesNonFiniteValues) {
  const Tensor tensor = floats({1, 2}, {1, std::numeric_limits<float>::infinity()});
  EXPECT_NE(bad_input_message([&] { encode_tensor(codec("quant"), tensor); }).find("infinity"),
            std::string::npos);
}

TEST(QuantCodec, RefusesCraftedSettings) {
  const auto decode = [](std::uint8_t settings, Bytes symbols) {
    ByteWriter body;
    body.u8(settings);
    body.f32(0);
    body.f32(1);
    body.raw(symbols);
    return codec("quant").codec->decode(body.bytes(), {DType::kF32, {1, 2}});
  };
  constexpr std::uint8_t kBytePlanes = 2 << 5;
  EXPECT_EQ(decode(1, {0b10}).as<float>()[1], 1);
  EXPECT_EQ(decode(kBytePlanes | 4, zstd_compress(Bytes{0, 15}, 3)).as<float>()[1], 1);
  bad_input_message([&] { decode(0, {0b10}); });
  bad_input_message([&] { decode(17, Bytes(3)); });
  bad_input_message([&] { decode(1, {0b10, 0}); });
  bad_input_message([&] { decode(7 << 5 | 1, {0b10}); });
  bad_input_message([&] { decode(kBytePlanes | 4, zstd_compress(Bytes{0, 16}, 3)); });
}

TEST(JpegCodec, FeatureErrorFallsWithQuality) {
  Tensor tensor = testing::relu_floats({1, 10, 16, 16}, 5);
  for (std::size_t i = 0; i < tensor.elements(); ++i) {
    tensor.mutable_as<float>()[i] = static_cast<float>(i % 16) / 4 + static_cast<float>(i / 256);
  }
  const double coarse = largest_difference(round_trip("jpeg:quality=10", tensor), tensor);
  const double fine = largest_difference(round_trip("jpeg:quality=100", tensor), tensor);
  EXPECT_LT(fine, coarse);
  EXPECT_LT(fine, 14.0 / 255 * 2);
}

TEST(JpegCodec, KeepsAConstantExactly) {
  const Tensor tensor = testing::constant_floats({1, 5, 3, 3}, -7.25F);
  EXPECT_TRUE(bit_identical(round_trip("jpeg:quality=1", tensor), tensor));
}

TEST(JpegCodec, RefusesPicturesBeyondItsLimit) {
  const auto reason = [](const TensorSpec& spec) {
    return codec("jpeg").codec->unsupported_reason(spec);
  };
  EXPECT_EQ(reason({DType::kF32, {1, 65535}}), "");
  EXPECT_NE(reason({DType::kF32, {1, 1, 1, 65536}}).find("65535"), std::string::npos);
  EXPECT_NE(reason({DType::kU8, {1, 1, 1, 65536}}).find("65535"), std::string::npos);
  EXPECT_NE(reason({DType::kF32, {2, 3, 4, 4}}), "");
  EXPECT_NE(reason({DType::kF32, {1, 3, 4}}), "");
  EXPECT_NE(reason({DType::kF32, {1, 0, 4, 4}}), "");
}

TEST(ImageCodecs, RefuseAFileOfAnotherSizeOrColour) {
  const Tensor rgb = testing::image({1, 3, 6, 5}, 1);
  for (const char* spec : {"jpeg", "png", "webp", "webp:lossless=1"}) {
    const ConfiguredCodec used = codec(spec);
    const Bytes body = used.codec->encode(rgb);
    bad_input_message([&] { used.codec->decode(body, {DType::kU8, {1, 3, 5, 6}}); });
    bad_input_message([&] { used.codec->decode(body, {DType::kU8, {1, 3, 6, 6}}); });
    bad_input_message([&] { used.codec->decode(body, {DType::kF32, {1, 3, 6, 5}}); });
  }
  for (const char* spec : {"jpeg", "png"}) {
    const Bytes body = codec(spec).codec->encode(rgb);
    bad_input_message([&] { codec(spec).codec->decode(body, {DType::kU8, {1, 1, 6, 5}}); });
  }
}

TEST(ImageCodecs, StayCloseAtHighQuality) {
  for (const Shape& shape : {Shape{1, 3, 33, 47}, Shape{1, 1, 33, 47}}) {
    const Tensor picture = testing::image(shape, 3);
    EXPECT_TRUE(bit_identical(round_trip("png", picture), picture));
    EXPECT_TRUE(bit_identical(round_trip("webp:lossless=1", picture), picture));
    EXPECT_LE(largest_difference(round_trip("jpeg:quality=100:subsampling=444", picture), picture),
              4);
    EXPECT_LE(largest_difference(round_trip("webp:quality=100", picture), picture), 30);
  }
}

TEST(JpegCodec, FullChromaIsLargerAndCloser) {
  const Tensor picture = testing::image({1, 3, 48, 48}, 3);
  EXPECT_GT(encode_tensor(codec("jpeg:subsampling=444"), picture).size(),
            encode_tensor(codec("jpeg:subsampling=420"), picture).size());
}

}  // namespace
}  // namespace splitbench
