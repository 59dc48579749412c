#include "base/bytes.h"

#include <gtest/gtest.h>

#include <limits>

#include "support/error_message.h"

namespace splitbench {
namespace {

TEST(Bytes, IntegersAndFloatsAreLittleEndian) {
  ByteWriter writer;
  writer.u8(0x01);
  writer.u16(0x0302);
  writer.u32(0x07060504);
  writer.f32(1.0f);
  const Bytes expected = {1, 2, 3, 4, 5, 6, 7, 0x00, 0x00, 0x80, 0x3f};
  EXPECT_EQ(writer.bytes(), expected);

  ByteReader reader(writer.bytes(), "test");
  EXPECT_EQ(reader.u8(), 0x01);
  EXPECT_EQ(reader.u16(), 0x0302);
  EXPECT_EQ(reader.u32(), 0x07060504u);
  EXPECT_EQ(reader.f32(), 1.0f);
  reader.expect_end();
}

TEST(Bytes, HighBitsSurvive) {
  ByteWriter writer;
  writer.u16(0xfffe);
  writer.u32(0xfffefdfc);
  ByteReader reader(writer.bytes(), "test");
  EXPECT_EQ(reader.u16(), 0xfffe);
  EXPECT_EQ(reader.u32(), 0xfffefdfcu);
}

TEST(Bytes, VarintsOfEveryLengthReturn) {
  std::vector<std::uint64_t> values = {0,   1,   127,
                                       128, 300, std::numeric_limits<std::uint64_t>::max()};
  for (int bit = 0; bit < 64; ++bit) values.push_back(std::uint64_t{1} << bit);
  ByteWriter writer;
  for (const std::uint64_t value : values) writer.varint(value);
  ByteReader reader(writer.bytes(), "test");
  for (const std::uint64_t value : values) EXPECT_EQ(reader.varint(), value);
  reader.expect_end();
}

TEST(Bytes, VarintOf300IsLeb128) {
  ByteWriter writer;
  writer.varint(300);
  EXPECT_EQ(writer.bytes(), (Bytes{0xac, 0x02}));
}

TEST(Bytes, OverlongVarintsAreRefused) {
  const Bytes endless(11, 0x80);
  EXPECT_EQ(bad_input_message([&] { ByteReader(endless, "x stream").varint(); }),
            "x stream: a variable-length integer is longer than 64 bits");
  Bytes too_large(9, 0xff);
  too_large.push_back(0x02);
  EXPECT_NE(bad_input_message([&] { ByteReader(too_large, "x").varint(); }), "");
}

TEST(Bytes, ReadingPastTheEndThrowsAndNamesTheStream) {
  const Bytes bytes = {1, 2};
  EXPECT_EQ(bad_input_message([&] { ByteReader(bytes, "x stream").u32(); }),
            "x stream: truncated, 2 more bytes expected, 0 left");
  EXPECT_NE(bad_input_message(
                [&] { ByteReader(bytes, "x").raw(std::numeric_limits<std::size_t>::max()); }),
            "");
}

TEST(Bytes, TrailingBytesAreAnError) {
  const Bytes bytes = {1, 2, 3};
  ByteReader reader(bytes, "x stream");
  reader.u8();
  EXPECT_EQ(bad_input_message([&] { reader.expect_end(); }),
            "x stream: 2 bytes too many at its end");
  EXPECT_EQ(reader.rest().size, 2u);
  reader.expect_end();
}

}  // namespace
}  // namespace splitbench
