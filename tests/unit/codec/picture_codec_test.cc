// Features as pictures: what jpeg, png and webp promise beyond the conformance tests.
#include "codec/picture_codec.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "codec/calibration.h"
#include "codec/stream.h"
#include "support/calibration_samples.h"
#include "support/codec_samples.h"
#include "support/dataset_files.h"
#include "support/image_bytes.h"

namespace splitbench {
namespace {

using testing::bad_input_message;
using testing::codec;
using testing::floats;
using testing::largest_difference;
using testing::MemorySamples;

const char* const kFormats[] = {"jpeg", "png", "webp", "webp:lossless=1"};

ConfiguredCodec similar(const std::string& spec, const Tensor& sample) {
  const ConfiguredCodec wanted = codec(spec + ":order=similar");
  return with_calibration(wanted, calibrate(wanted, MemorySamples({sample})));
}

Tensor round_trip(const ConfiguredCodec& used, const Tensor& tensor) {
  return decode_tensor(used, encode_tensor(used, tensor), {});
}

Tensor smooth_features(const Shape& shape) {
  Tensor tensor = Tensor::allocate({DType::kF32, shape});
  for (std::size_t i = 0; i < tensor.elements(); ++i) {
    tensor.mutable_as<float>()[i] = 3 * std::sin(static_cast<float>(i) / 9) + 1;
  }
  return tensor;
}

Bytes body_of(AffineRange range, const std::string& file) {
  ByteWriter writer;
  write_range(writer, range);
  writer.raw(ByteView(file.data(), file.size()));
  return writer.take();
}

TEST(PictureCodec, TakesFeaturesAndImagesOnly) {
  for (const char* spec : kFormats) {
    const auto reason = [&](const TensorSpec& tensor) {
      return codec(spec).codec->unsupported_reason(tensor);
    };
    EXPECT_EQ(reason({DType::kF32, {1, 96, 14, 14}}), "");
    EXPECT_EQ(reason({DType::kF32, {1, 1280}}), "");
    EXPECT_EQ(reason({DType::kF32, {1, 1, 1, 1}}), "");
    EXPECT_EQ(reason({DType::kU8, {1, 3, 14, 14}}), "");
    for (const Shape& shape : {Shape{}, {5}, {2, 5}, {1, 5, 5}, {2, 5, 3, 3}, {1, 0, 3, 3}}) {
      EXPECT_NE(reason({DType::kF32, shape}), "") << shape_text(shape);
    }
    EXPECT_NE(reason({DType::kF16, {1, 5}}), "");
    EXPECT_NE(reason({DType::kU8, {1, 96, 14, 14}}), "");
    EXPECT_NE(reason({DType::kF32, {1, 1, 1, 70000}}).find("needs 70000x1"), std::string::npos);
  }
}

TEST(PictureCodec, PngErrorIsWithinHalfAStep) {
  const Tensor tensor = smooth_features({1, 8, 9, 7});
  for (int bits = 2; bits <= 8; ++bits) {
    const std::string spec = "png:bits=" + std::to_string(bits);
    const AffineRange range = finite_range(tensor.as<float>(), tensor.elements());
    const double step = (range.maximum - range.minimum) / ((1 << bits) - 1);
    const double error = largest_difference(round_trip(codec(spec), tensor), tensor);
    EXPECT_LE(error, step / 2 + 1e-6) << spec;
    EXPECT_GE(error, step / 4) << spec;
  }
}

TEST(PictureCodec, FewerBitsAreFewerBytes) {
  const Tensor tensor = testing::relu_floats({1, 16, 14, 14}, 5);
  std::size_t last = 0;
  for (int bits = 2; bits <= 8; bits += 2) {
    const std::size_t bytes =
        encode_tensor(codec("png:bits=" + std::to_string(bits)), tensor).size();
    EXPECT_GT(bytes, last) << bits;
    last = bytes;
  }
}

// png codes the symbols of quant, without loss, and so does lossless webp.
TEST(PictureCodec, LosslessFormatsKeepTheSymbols) {
  const Tensor tensor = testing::relu_floats({1, 7, 5, 6}, 5);
  for (int bits = 2; bits <= 8; ++bits) {
    const Tensor expected = round_trip(codec("quant:bits=" + std::to_string(bits)), tensor);
    for (const char* tiling : {"square", "compact"}) {
      const std::string options = std::string(":tiling=") + tiling;
      const std::string png = "png:bits=" + std::to_string(bits) + options;
      EXPECT_TRUE(bit_identical(round_trip(codec(png), tensor), expected)) << png;
      EXPECT_TRUE(bit_identical(round_trip(similar(png, tensor), tensor), expected)) << png;
      if (bits < 8) continue;
      const std::string webp = "webp:lossless=1" + options;
      EXPECT_TRUE(bit_identical(round_trip(codec(webp), tensor), expected));
      EXPECT_TRUE(bit_identical(round_trip(similar(webp, tensor), tensor), expected));
    }
  }
}

TEST(PictureCodec, ErrorFallsWithQuality) {
  const Tensor tensor = smooth_features({1, 12, 14, 14});
  for (const char* format : {"jpeg", "webp"}) {
    const auto error = [&](const char* quality) {
      return largest_difference(
          round_trip(codec(format + std::string(":quality=") + quality), tensor), tensor);
    };
    EXPECT_LT(error("100"), error("5")) << format;
    EXPECT_LT(error("100"), 0.1) << format;
  }
}

TEST(PictureCodec, TilingsDecodeEachOther) {
  const Tensor tensor = testing::relu_floats({1, 10, 7, 7}, 2);
  for (const char* spec : kFormats) {
    const ConfiguredCodec square = codec(spec);
    const ConfiguredCodec compact = codec(std::string(spec) + ":tiling=compact");
    const Bytes stream = encode_tensor(compact, tensor);
    EXPECT_NE(stream, encode_tensor(square, tensor)) << spec;
    EXPECT_TRUE(
        bit_identical(decode_tensor(square, stream, {}), decode_tensor(compact, stream, {})));
  }
}

TEST(PictureCodec, KeepsConstantsAndSingleElements) {
  for (const char* spec : kFormats) {
    for (const Tensor& tensor :
         {testing::constant_floats({1, 5, 3, 3}, -7.25F), floats({1, 1}, {3}),
          floats({1, 1, 1, 1}, {-0.5F}), testing::constant_floats({1, 40}, 0)}) {
      EXPECT_TRUE(bit_identical(round_trip(codec(spec), tensor), tensor)) << spec;
      EXPECT_TRUE(bit_identical(round_trip(similar(spec, tensor), tensor), tensor)) << spec;
    }
  }
}

TEST(PictureCodec, RefusesNonFiniteValues) {
  const float infinity = std::numeric_limits<float>::infinity();
  for (const char* spec : kFormats) {
    for (const float value : {infinity, -infinity, std::numeric_limits<float>::quiet_NaN()}) {
      const Tensor tensor = floats({1, 2}, {1, value});
      EXPECT_NE(bad_input_message([&] { encode_tensor(codec(spec), tensor); }).find("infinity"),
                std::string::npos);
      const ConfiguredCodec wanted = codec(std::string(spec) + ":order=similar");
      bad_input_message([&] { calibrate(wanted, MemorySamples({tensor})); });
    }
  }
}

// Nothing may be allocated for what a header declares before it is known to be the tensor's.
TEST(PictureCodec, RefusesFilesOfAnotherSize) {
  const TensorSpec spec{DType::kF32, {1, 4, 2, 2}};
  const auto refuse = [&](const char* name, const Bytes& body) {
    return bad_input_message([&] { codec(name).codec->decode(body, spec); });
  };
  for (const std::uint32_t side : {1U, 5U, 16384U}) {
    EXPECT_NE(refuse("webp", body_of({0, 1}, webp_lossless_header(side, side))).find("mosaic"),
              std::string::npos);
  }
  for (const std::uint32_t side : {3U, 6U, 60000U, 0x7FFFFFFFU}) {
    Bytes body = body_of({0, 1}, png_bytes(side, side, 0, 8, ""));
    body.insert(body.begin(), 8);
    refuse("png", body);
  }
  const Tensor other = testing::relu_floats({1, 9, 2, 2}, 1);
  for (const char* name : kFormats) refuse(name, codec(name).codec->encode(other));
}

TEST(PictureCodec, RefusesSymbolsBeyondTheirBits) {
  const TensorSpec spec{DType::kF32, {1, 1, 1, 2}};
  const auto decode = [&](std::uint8_t bits, char depth, const std::string& row) {
    Bytes body = body_of({0, 1}, png_bytes(2, 1, 0, depth, row));
    body.insert(body.begin(), bits);
    return codec("png").codec->decode(body, spec);
  };
  EXPECT_EQ(decode(3, 4, "\x07").as<float>()[1], 1);
  EXPECT_EQ(decode(1, 1, "\x40").as<float>()[1], 1);
  EXPECT_EQ(decode(8, 8, std::string("\0\xFF", 2)).as<float>()[1], 1);
  bad_input_message([&] { decode(3, 4, "\x08"); });
  bad_input_message([&] { decode(5, 8, "\x01\x20"); });
  bad_input_message([&] { decode(4, 8, std::string("\0\x01", 2)); });
  bad_input_message([&] { decode(0, 1, "\x40"); });
  bad_input_message([&] { decode(9, 8, "\x01\x02"); });
}

TEST(PictureCodec, RefusesARangeThatIsNone) {
  const Tensor tensor = testing::relu_floats({1, 4, 2, 2}, 1);
  for (const char* spec : kFormats) {
    Bytes body = codec(spec).codec->encode(tensor);
    const std::size_t maximum = (std::string(spec) == "png" ? 1 : 0) + sizeof(float);
    body[maximum + 2] = 0x80;
    body[maximum + 3] = 0x7F;  // infinity
    bad_input_message([&] { codec(spec).codec->decode(body, tensor.spec()); });
  }
}

TEST(PictureCodec, OnlyASimilarOrderNeedsACalibration) {
  for (const char* spec : kFormats) {
    EXPECT_FALSE(lacks_calibration(codec(spec)));
    const ConfiguredCodec wanted = codec(std::string(spec) + ":order=similar");
    EXPECT_TRUE(lacks_calibration(wanted));
  }
  EXPECT_EQ(calibration_key(codec("jpeg:quality=5:order=similar")),
            calibration_key(codec("jpeg:quality=95:order=similar")));
  EXPECT_NE(calibration_key(codec("jpeg:order=similar:tiling=compact")),
            calibration_key(codec("jpeg:order=similar")));
}

TEST(PictureCodec, ImagesHaveNothingToOrder) {
  const Tensor image = testing::image({1, 3, 20, 17}, 1);
  for (const char* spec : kFormats) {
    const ConfiguredCodec ordered = similar(spec, image);
    EXPECT_EQ(ordered.codec->encode(image), codec(spec).codec->encode(image));
    EXPECT_TRUE(bit_identical(round_trip(ordered, image), round_trip(codec(spec), image)));
  }
}

TEST(PictureCodec, RefusesSamplesAndOrdersThatDoNotFit) {
  for (const TensorSpec& spec :
       {TensorSpec{DType::kF32, {1, 2, 3}}, {DType::kF16, {1, 5}}, {DType::kF32, {1, 0}}}) {
    const ConfiguredCodec wanted = codec("jpeg:order=similar");
    bad_input_message([&] { calibrate(wanted, MemorySamples({Tensor::allocate(spec)})); });
  }
  const auto make = [](const TensorSpec& tensor, const Bytes& order) {
    const CodecFactory& factory = find_codec("webp");
    const Spec spec = complete_codec_spec(parse_spec("webp:order=similar"));
    return factory.calibrated->make(spec, tensor, order);
  };
  EXPECT_NE(make({DType::kF32, {1, 2}}, {1, 0, 0, 0}), nullptr);
  bad_input_message([&] { make({DType::kF32, {1, 2}}, {1, 0, 1, 0}); });
  bad_input_message([&] { make({DType::kF32, {1, 3}}, {1, 0, 0, 0}); });
  bad_input_message([&] { make({DType::kU8, {1, 3, 4, 4}}, {1, 0}); });
}

}  // namespace
}  // namespace splitbench
