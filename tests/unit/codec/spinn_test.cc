#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <string>

#include "codec/stream.h"
#include "support/codec_samples.h"

namespace splitbench {
namespace {

using testing::bad_input_message;
using testing::codec;
using testing::floats;

constexpr std::size_t kRangeEnd = 9;  // the bits and the range

TEST(SpinnCodec, ErrsByHalfAStep) {
  const Tensor tensor = testing::relu_floats({1, 5, 6, 7}, 1);
  for (int bits = 2; bits <= 8; ++bits) {
    const ConfiguredCodec spinn = codec("spinn:bits=" + std::to_string(bits));
    const Tensor back = decode_tensor(encode_tensor(spinn, tensor), {});
    EXPECT_LE(testing::largest_difference(back, tensor), 4.0 / ((1 << bits) - 1) / 2 + 1e-6);
  }
}

TEST(SpinnCodec, BitPlanesOfSparseFeaturesCompress) {
  const Tensor tensor = testing::constant_floats({1, 64, 28, 28}, 1);
  Tensor sparse = tensor.clone();
  for (std::size_t i = 0; i < sparse.elements(); ++i) {
    sparse.mutable_as<float>()[i] = i % 97 == 0 ? static_cast<float>(i % 5) : 0;
  }
  EXPECT_LT(encode_tensor(codec("spinn"), sparse).size(), sparse.elements() / 4);
  EXPECT_LT(encode_tensor(codec("spinn"), tensor).size(), 300U);
}

// An LZ4 block written by hand: literals only, the low nibble of the token without a match.
TEST(SpinnCodec, BodyIsAsDocumented) {
  const Tensor tensor = floats({1, 4}, {0, 1, 2, 3});
  const Bytes body = codec("spinn:bits=2").codec->encode(tensor);
  const Bytes expected = {2,    0,      0,     0,    0,  // 2 bits, minimum 0
                          0,    0,      0x40,  0x40,     // maximum 3
                          0x20, 0b1010, 0b1100};         // two literals, the planes
  EXPECT_EQ(body, expected);
}

TEST(SpinnCodec, RefusesBitsOutsideItsRange) {
  const Tensor tensor = floats({1, 4}, {0, 1, 2, 3});
  for (const std::uint8_t bits : {0, 1, 9, 255}) {
    Bytes body = codec("spinn").codec->encode(tensor);
    body[0] = bits;
    bad_input_message([&] { codec("spinn").codec->decode(body, tensor.spec()); });
  }
}

TEST(SpinnCodec, RefusesABlockOfAnotherSize) {
  const Tensor tensor = testing::relu_floats({1, 40}, 3);
  const Bytes body = codec("spinn").codec->encode(tensor);
  for (const std::int64_t other : {8, 39 - 8, 48, 400, 1 << 26}) {
    bad_input_message([&] {
      codec("spinn").codec->decode(body, TensorSpec{DType::kF32, {1, other}});
    });
  }
}

// Refused by arithmetic, before the planes of the declared tensor are allocated.
TEST(SpinnCodec, RefusesMoreThanABlockCanHold) {
  const Bytes body(kRangeEnd + 20, 0);
  Bytes eight_bits = body;
  eight_bits[0] = 8;
  const std::string message = bad_input_message([&] {
    codec("spinn").codec->decode(eight_bits, TensorSpec{DType::kF32, {1, 1 << 26}});
  });
  EXPECT_NE(message.find("cannot hold"), std::string::npos) << message;
}

}  // namespace
}  // namespace splitbench
