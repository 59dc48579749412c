#include "codec/stream.h"

#include <gtest/gtest.h>

#include "support/codec_samples.h"

namespace splitbench {
namespace {

using testing::bad_input_message;
using testing::codec;
using testing::craft_stream;
using testing::floats;

TEST(TensorStream, HasTheDocumentedHeader) {
  const Bytes stream = encode_tensor(codec("raw"), floats({1, 2}, {1, -2}));
  const Bytes body = {0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0};
  EXPECT_EQ(stream, craft_stream({1, 1, 0, {1, 2}}, body));
  EXPECT_EQ(stream[0], 0xB5);
}

// The CRC-32 of zlib, PNG and Ethernet: its check value over "123456789" is 0xCBF43926.
TEST(TensorStream, ChecksumSkipsItself) {
  Bytes stream = {'1', '2', '3', 9, 9, 9, 9, '4', '5', '6', '7', '8', '9'};
  EXPECT_EQ(stream_checksum(stream), 0xCBF43926U);
}

TEST(TensorStream, HeaderIsSmall) {
  const Tensor tensor = testing::relu_floats({1, 96, 28, 28}, 1);
  EXPECT_EQ(encode_tensor(codec("raw"), tensor).size(), tensor.bytes() + 12);
}

TEST(TensorStream, DecodesWithNothingButItsBytes) {
  const Tensor tensor = testing::relu_floats({1, 4, 3, 3}, 1);
  for (const char* spec : {"raw:dtype=fp16", "quant:bits=3:level=0", "zstd:shuffle=bytes"}) {
    const Bytes stream = encode_tensor(codec(spec), tensor);
    EXPECT_TRUE(bit_identical(decode_tensor(stream, {}), decode_tensor(codec(spec), stream, {})));
  }
}

TEST(TensorStream, NamesBothCodecsOnAMismatch) {
  const Bytes stream = encode_tensor(codec("quant"), floats({1, 2}, {1, -2}));
  const std::string message = bad_input_message([&] { decode_tensor(codec("raw"), stream, {}); });
  EXPECT_NE(message.find("quant"), std::string::npos) << message;
  EXPECT_NE(message.find("raw"), std::string::npos) << message;
}

TEST(TensorStream, NamesBothVersionsOfANewerStream) {
  const Bytes body(8);
  const std::string message = bad_input_message([&] {
    decode_tensor(craft_stream({1, 7, 0, {2}}, body), {});
  });
  EXPECT_NE(message.find("version 7"), std::string::npos) << message;
  EXPECT_NE(message.find("version 1"), std::string::npos) << message;
  bad_input_message([&] { decode_tensor(craft_stream({1, 0, 0, {2}}, body), {}); });
}

TEST(TensorStream, RefusesWhatNoEncoderWrites) {
  const Bytes body(8);
  const auto refuse = [&](const testing::CraftedHeader& header) {
    return bad_input_message([&] { decode_tensor(craft_stream(header, body), {}); });
  };
  EXPECT_EQ(decode_tensor(craft_stream({1, 1, 0, {2}}, body), {}).elements(), 2U);
  refuse({200, 1, 0, {2}});
  refuse({1, 1, 15, {2}});
  refuse({1, 1, 0, {1, 1, 1, 1, 1, 1, 1, 1, 2}});
  refuse({1, 1, 0, {0xffffffffffffffffULL}});
  refuse({1, 1, 0, {1U << 28, 1U << 28}});
  refuse({1, 1, 0, {3}});
  bad_input_message([] { decode_tensor(Bytes{}, {}); });
  bad_input_message([] { decode_tensor(Bytes{0xB5}, {}); });
  bad_input_message([] { decode_tensor(Bytes{'G', 'I', 'F', '8', '9', 'a', 0, 0, 0}, {}); });
}

TEST(TensorStream, LimitCountsElements) {
  const Bytes stream = encode_tensor(codec("raw"), floats({1, 3}, {1, 2, 3}));
  EXPECT_EQ(decode_tensor(stream, {3}).elements(), 3U);
  const std::string message = bad_input_message([&] { decode_tensor(stream, {2}); });
  EXPECT_NE(message.find("limit"), std::string::npos) << message;
}

TEST(TensorStream, RefusesToEncodeWhatTheCodecCannotTake) {
  const Tensor image = testing::image({1, 3, 4, 4}, 1);
  const std::string message = bad_input_message([&] { encode_tensor(codec("quant"), image); });
  EXPECT_NE(message.find("raw:dtype=uint8"), std::string::npos) << message;
  const Tensor nine = testing::constant_floats({1, 1, 1, 1, 1, 1, 1, 1, 1}, 0);
  bad_input_message([&] { encode_tensor(codec("raw"), nine); });
}

TEST(BoundaryStream, OneTensorIsItsStream) {
  const Tensor tensor = testing::relu_floats({1, 4, 3, 3}, 1);
  EXPECT_EQ(encode_boundary(codec("raw"), {tensor}), encode_tensor(codec("raw"), tensor));
}

TEST(BoundaryStream, RoundTripsAnyNumberOfTensors) {
  for (const std::size_t count : {0U, 1U, 2U, 5U}) {
    Boundary boundary;
    for (std::size_t i = 0; i < count; ++i) {
      boundary.push_back(testing::relu_floats({1, static_cast<std::int64_t>(i) + 1, 3, 5}, i));
    }
    const Bytes stream = encode_boundary(codec("zstd"), boundary);
    for (const Boundary& back :
         {decode_boundary(codec("zstd"), stream, {}), decode_boundary(stream, {})}) {
      ASSERT_EQ(back.size(), count);
      for (std::size_t i = 0; i < count; ++i) EXPECT_TRUE(bit_identical(back[i], boundary[i]));
    }
  }
}

TEST(BoundaryStream, RefusesDamageAtEveryByte) {
  const Boundary boundary = {floats({1, 2}, {1, 2}), floats({1, 1}, {3})};
  const Bytes stream = encode_boundary(codec("raw"), boundary);
  for (std::size_t size = 0; size < stream.size(); ++size) {
    bad_input_message([&] { decode_boundary(ByteView(stream.data(), size), {}); });
  }
  for (std::size_t bit = 0; bit < 8 * stream.size(); ++bit) {
    Bytes damaged = stream;
    damaged[bit / 8] = static_cast<std::uint8_t>(damaged[bit / 8] ^ (1U << bit % 8));
    bad_input_message([&] { decode_boundary(damaged, {}); });
  }
  Bytes longer = stream;
  longer.push_back(0);
  bad_input_message([&] { decode_boundary(longer, {}); });
}

TEST(BoundaryStream, RefusesAHugeCount) {
  ByteWriter writer;
  writer.u8(0xB6);
  writer.varint(1ULL << 60);
  bad_input_message([&] { decode_boundary(writer.bytes(), {}); });
}

TEST(BoundaryStream, LimitsAllTensorsTogether) {
  const Boundary boundary = {floats({1, 2}, {1, 2}), floats({1, 1}, {3})};
  const Bytes stream = encode_boundary(codec("raw"), boundary);
  EXPECT_EQ(decode_boundary(stream, {3}).size(), 2U);
  bad_input_message([&] { decode_boundary(stream, {2}); });
}

TEST(UnsupportedReason, NamesTheTensor) {
  const TensorSpec good{DType::kF32, {1, 2}};
  const TensorSpec bad{DType::kI64, {1, 2}};
  EXPECT_EQ(unsupported_reason(codec("quant"), {good, good}), "");
  EXPECT_NE(unsupported_reason(codec("quant"), {good, bad}).find("tensor 2 of 2"),
            std::string::npos);
  EXPECT_EQ(unsupported_reason(codec("quant"), {bad}).find("tensor 1 of 1"), std::string::npos);
}

}  // namespace
}  // namespace splitbench
