// The helpers that only move bits and bytes: bit planes, byte planes, mosaics, pixels.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <vector>

#include "base/rng.h"
#include "codec/bit_packing.h"
#include "codec/byte_shuffle.h"
#include "codec/interleave.h"
#include "codec/mosaic.h"
#include "support/codec_samples.h"

namespace splitbench {
namespace {

TEST(BitPlanes, HaveTheDocumentedLayout) {
  const std::vector<std::uint8_t> symbols = {1, 2, 3, 0, 0, 0, 0, 1, 2};
  Bytes planes(bit_plane_bytes(symbols.size(), 2));
  pack_bit_planes(symbols.data(), symbols.size(), 2, planes.data());
  EXPECT_EQ(planes, (Bytes{0b10000101, 0, 0b00000110, 1}));
}

TEST(BitPlanes, RoundTripEveryWidthAndSize) {
  Rng rng(3);
  for (unsigned bits = 1; bits <= 8; ++bits) {
    for (std::size_t count = 0; count < 40; ++count) {
      std::vector<std::uint8_t> symbols(count);
      for (auto& symbol : symbols) symbol = static_cast<std::uint8_t>(rng.below(1U << bits));
      Bytes planes(bit_plane_bytes(count, bits), 0xAA);
      pack_bit_planes(symbols.data(), count, bits, planes.data());
      std::vector<std::uint8_t> back(count);
      unpack_bit_planes(planes.data(), count, bits, back.data());
      EXPECT_EQ(back, symbols);
    }
  }
}

TEST(ByteShuffle, GroupsBytesOfEqualPlace) {
  const std::vector<std::uint8_t> elements = {1, 2, 3, 4, 5, 6};
  std::vector<std::uint8_t> planes(6);
  shuffle_bytes(elements.data(), 3, 2, planes.data());
  EXPECT_EQ(planes, (std::vector<std::uint8_t>{1, 3, 5, 2, 4, 6}));
  std::vector<std::uint8_t> back(6);
  unshuffle_bytes(planes.data(), 3, 2, back.data());
  EXPECT_EQ(back, elements);
}

struct MosaicCase {
  std::size_t channels, height, width, columns, rows;
};

class MosaicLayout : public ::testing::TestWithParam<MosaicCase> {};

TEST_P(MosaicLayout, IsNearSquareAndReversible) {
  const MosaicCase& c = GetParam();
  const Mosaic mosaic = near_square_mosaic(c.channels, c.height, c.width);
  EXPECT_EQ(mosaic.columns, c.columns);
  EXPECT_EQ(mosaic.rows, c.rows);

  Rng rng(1);
  std::vector<std::uint8_t> planes(c.channels * c.height * c.width);
  for (auto& byte : planes) byte = static_cast<std::uint8_t>(1 + rng.below(255));
  std::vector<std::uint8_t> picture(mosaic.width() * mosaic.height(), 77);
  tile(mosaic, planes.data(), picture.data());
  std::size_t unused = 0;
  for (const std::uint8_t byte : picture) unused += byte == 0 ? 1 : 0;
  EXPECT_EQ(unused, picture.size() - planes.size()) << "places without a tile are 0";
  std::vector<std::uint8_t> back(planes.size());
  untile(mosaic, picture.data(), back.data());
  EXPECT_EQ(back, planes);
}

INSTANTIATE_TEST_SUITE_P(Shapes, MosaicLayout,
                         ::testing::Values(MosaicCase{1, 1, 1, 1, 1}, MosaicCase{64, 7, 7, 8, 8},
                                           MosaicCase{96, 14, 14, 10, 10},
                                           MosaicCase{3, 5, 9, 1, 3},
                                           MosaicCase{1280, 1, 1, 36, 36},
                                           MosaicCase{5, 1, 100, 1, 5}, MosaicCase{5, 100, 1, 5, 1},
                                           MosaicCase{2, 4, 4, 1, 2}, MosaicCase{7, 3, 2, 3, 3}));

TEST(Mosaic, PutsChannelsRowByRow) {
  const Mosaic mosaic = near_square_mosaic(3, 1, 2);
  ASSERT_EQ(mosaic.columns, 1U);
  const Mosaic wide = near_square_mosaic(4, 2, 2);
  const std::vector<std::uint8_t> planes = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
  std::vector<std::uint8_t> picture(16);
  tile(wide, planes.data(), picture.data());
  EXPECT_EQ(picture,
            (std::vector<std::uint8_t>{1, 2, 5, 6, 3, 4, 7, 8, 9, 10, 13, 14, 11, 12, 15, 16}));
}

// Covered blocks by trying every layout that is allowed.
std::size_t fewest_blocks(const MosaicCase& c, std::size_t block) {
  std::size_t fewest = SIZE_MAX;
  for (std::size_t columns = (c.columns + 1) / 2; columns <= std::min(2 * c.columns, c.channels);
       ++columns) {
    const std::size_t rows = (c.channels + columns - 1) / columns;
    fewest = std::min(
        fewest, (columns * c.width + block - 1) / block * ((rows * c.height + block - 1) / block));
  }
  return fewest;
}

TEST_P(MosaicLayout, CompactCoversTheFewestBlocks) {
  const MosaicCase& c = GetParam();
  for (const std::size_t block : {1, 8, 16}) {
    const Mosaic mosaic = compact_mosaic(c.channels, c.height, c.width, block);
    EXPECT_EQ((mosaic.width() + block - 1) / block * ((mosaic.height() + block - 1) / block),
              fewest_blocks(c, block));
    EXPECT_GE(mosaic.columns * mosaic.rows, c.channels);
    EXPECT_LT(mosaic.columns * (mosaic.rows - 1), c.channels) << "no row is empty";
  }
}

TEST(Mosaic, CompactFillsWhatSquareLeavesEmpty) {
  const Mosaic mosaic = compact_mosaic(160, 7, 7, 8);
  EXPECT_EQ(mosaic.columns * mosaic.rows, 160U);
  const Mosaic full = compact_mosaic(64, 14, 14, 8);
  EXPECT_EQ(full.columns, 8U) << "where several cover as few, the nearest to a square";
}

TEST_P(MosaicLayout, IsKnownFromTheSizeOfItsPicture) {
  const MosaicCase& c = GetParam();
  for (std::size_t columns = 1; columns <= c.channels; ++columns) {
    const std::size_t rows = (c.channels + columns - 1) / columns;
    const auto mosaic =
        mosaic_of_size(c.channels, c.height, c.width, columns * c.width, rows * c.height);
    ASSERT_TRUE(mosaic.has_value());
    EXPECT_EQ(mosaic->columns, columns);
    EXPECT_EQ(mosaic->rows, rows);
    EXPECT_FALSE(
        mosaic_of_size(c.channels, c.height, c.width, columns * c.width, (rows + 1) * c.height))
        << "an empty row";
  }
  const std::size_t wider = (c.channels + 1) * c.width;
  EXPECT_FALSE(mosaic_of_size(c.channels, c.height, c.width, wider, c.height));
  EXPECT_FALSE(mosaic_of_size(c.channels, c.height, c.width, 0, c.height));
  EXPECT_FALSE(mosaic_of_size(c.channels, c.height, c.width, c.width, 0));
}

TEST(Interleave, TurnsPlanesIntoPixels) {
  const Tensor planes =
      testing::tensor_of<std::uint8_t>(DType::kU8, {1, 3, 1, 2}, {1, 2, 3, 4, 5, 6});
  const Bytes pixels = interleave(planes);
  EXPECT_EQ(pixels, (Bytes{1, 3, 5, 2, 4, 6}));
  EXPECT_TRUE(bit_identical(deinterleave(pixels, planes.spec()), planes));
  const Tensor gray = testing::image({1, 1, 3, 5}, 1);
  EXPECT_TRUE(bit_identical(deinterleave(interleave(gray), gray.spec()), gray));
}

TEST(Interleave, KnowsWhatAnImageIs) {
  EXPECT_EQ(not_an_image_reason({DType::kU8, {1, 3, 8, 8}}, 8), "");
  EXPECT_EQ(not_an_image_reason({DType::kU8, {1, 1, 8, 8}}, 8), "");
  const std::vector<TensorSpec> others = {{DType::kF32, {1, 3, 8, 8}}, {DType::kU8, {2, 3, 8, 8}},
                                          {DType::kU8, {1, 2, 8, 8}},  {DType::kU8, {1, 3, 8}},
                                          {DType::kU8, {1, 3, 0, 8}},  {DType::kU8, {1, 3, 8, 9}}};
  for (const TensorSpec& spec : others) EXPECT_NE(not_an_image_reason(spec, 8), "");
}

}  // namespace
}  // namespace splitbench
