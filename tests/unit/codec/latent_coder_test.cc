#include "codec/bottleneck/latent_coder.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>
#include <vector>

#include "base/rng.h"
#include "codec/bottleneck/latent_limits.h"
#include "support/error_message.h"
#include "support/latent_samples.h"

namespace splitbench {
namespace {

using testing::sample_coder;
using testing::sample_latent;

const Shape kShape = {1, 6, 12, 12};

struct Coding {
  LatentCoding coding;
  int bits;
};

std::vector<Coding> all_codings() {
  std::vector<Coding> codings = {{LatentCoding::kFactorised, 8}};
  for (int bits = 1; bits <= 8; ++bits) {
    codings.push_back({LatentCoding::kAffine, bits});
    codings.push_back({LatentCoding::kAffineCoded, bits});
  }
  return codings;
}

LatentCodec codec_of(const Coding& coding, const Shape& shape = kShape) {
  return LatentCodec(sample_coder(coding.coding, coding.bits, shape), {DType::kF32, shape});
}

TEST(LatentCoder, WhatIsDecodedIsWhatWasQuantised) {
  for (const Coding& coding : all_codings()) {
    const LatentCoder coder = sample_coder(coding.coding, coding.bits, kShape);
    const LatentCodec codec(coder, {DType::kF32, kShape});
    for (std::uint64_t seed = 0; seed < 5; ++seed) {
      const Tensor latent = sample_latent(kShape, seed);
      const Tensor decoded = codec.decode(codec.encode(latent));
      EXPECT_TRUE(bit_identical(
          decoded, latent_from_levels(coder, latent_levels(coder, latent), latent.spec())));
    }
  }
}

TEST(LatentCoder, FactorisedLevelsAreWithinHalfOfTheValue) {
  const Coding coding{LatentCoding::kFactorised, 8};
  const Tensor latent = sample_latent(kShape, 1);
  const LatentCodec codec = codec_of(coding);
  const Tensor decoded = codec.decode(codec.encode(latent));
  for (std::size_t i = 0; i < latent.elements(); ++i) {
    EXPECT_LE(std::abs(decoded.as<float>()[i] - latent.as<float>()[i]), 0.5 + 1e-5);
  }
}

TEST(LatentCoder, AffineLevelsAreWithinALevelOfTheValue) {
  const Tensor latent = sample_latent(kShape, 2);
  const auto [low, high] =
      std::minmax_element(latent.as<float>(), latent.as<float>() + latent.elements());
  for (int bits = 1; bits <= 8; ++bits) {
    const double scale = (*high - *low) / ((1 << bits) - 1);
    const LatentCodec codec = codec_of({LatentCoding::kAffine, bits});
    const Bytes bytes = codec.encode(latent);
    EXPECT_EQ(bytes.size(), 5 + (latent.elements() * bits + 7) / 8) << "864 values of whole bytes";
    const Tensor decoded = codec.decode(bytes);
    for (std::size_t i = 0; i < latent.elements(); ++i) {
      EXPECT_LE(std::abs(decoded.as<float>()[i] - latent.as<float>()[i]), scale * 1.0001);
    }
  }
}

// By hand: 0 to 2 in two bits, 0 among the levels.
TEST(LatentCoder, AffineFollowsJacobEtAl) {
  Tensor latent = Tensor::allocate({DType::kF32, {1, 1, 2, 2}});
  const float values[] = {-1, 0, 0.4F, 2};
  std::copy(values, values + 4, latent.mutable_as<float>());
  LatentCoder coder;
  coder.bits = 2;
  const LatentLevels levels = latent_levels(coder, latent);
  EXPECT_EQ(levels.scale, 1.0F);
  EXPECT_EQ(levels.zero_point, 1);
  EXPECT_EQ(levels.values, (std::vector<std::int32_t>{0, 1, 1, 3}));
}

TEST(LatentCoder, ConstantLatentsComeBack) {
  for (const float value : {0.0F, -0.0F, 3.5F, -3.5F, 1e-45F, 3e38F, -3e38F}) {
    Tensor latent = Tensor::allocate({DType::kF32, {1, 2, 3}});
    std::fill_n(latent.mutable_as<float>(), 6, value);
    LatentCoder coder;
    const LatentCodec codec(coder, latent.spec());
    const float decoded = codec.decode(codec.encode(latent)).as<float>()[5];
    EXPECT_NEAR(decoded, value, std::abs(value) * 1e-6 + 1e-44) << value;
  }
}

// Measured bytes against the shortest code that the tables allow.
TEST(LatentCoder, LongStreamsAreWithinOnePercentOfTheIdeal) {
  const Shape shape = {1, 6, 80, 80};
  for (const Coding& coding :
       {Coding{LatentCoding::kFactorised, 8}, Coding{LatentCoding::kAffineCoded, 8},
        Coding{LatentCoding::kAffineCoded, 4}}) {
    const LatentCodec codec = codec_of(coding, shape);
    const Tensor latent = sample_latent(shape, 3);
    const double ideal = codec.ideal_bits(latent) / 8;
    const auto measured = static_cast<double>(codec.encode(latent).size());
    EXPECT_GT(ideal, 1000);
    EXPECT_LE(measured, ideal * 1.01);
    EXPECT_GE(measured, ideal * 0.99);
  }
}

// The rarer the surprises, the less there is to waste.
TEST(LatentCoder, NearlyCertainIntegersCostNextToNothing) {
  const Shape shape = {1, 1, 200, 200};
  LatentCoder coder;
  coder.coding = LatentCoding::kFactorised;
  coder.medians = {0};
  for (const double rare : {1e-2, 1e-3, 2e-4}) {
    coder.tables = {latent_table(-1, {rare, 1 - 3 * rare, rare, rare})};
    const LatentCodec codec(coder, {DType::kF32, shape});
    Tensor latent = Tensor::allocate({DType::kF32, shape});
    Rng rng(7);
    for (std::size_t i = 0; i < latent.elements(); ++i) {
      const double u = rng.uniform();
      latent.mutable_as<float>()[i] = u < rare ? -1.0F : u < 2 * rare ? 1.0F : 0.0F;
    }
    const double ideal = codec.ideal_bits(latent) / 8;
    EXPECT_LE(static_cast<double>(codec.encode(latent).size()), ideal * 1.01 + 3) << rare;
  }
}

TEST(LatentCoder, ShortStreamsCostLittleMore) {
  const Shape shape = {1, 6, 2, 2};
  const LatentCodec codec = codec_of({LatentCoding::kFactorised, 8}, shape);
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const Tensor latent = sample_latent(shape, seed);
    EXPECT_LE(static_cast<double>(codec.encode(latent).size()), codec.ideal_bits(latent) / 8 + 4);
  }
}

TEST(LatentCoder, IntegersOutsideTheTablesEscape) {
  LatentCoder coder;
  coder.coding = LatentCoding::kFactorised;
  coder.medians = {0.5F};
  coder.tables = {latent_table(5, {1, 1, 1})};  // 5 and 6
  Tensor latent = Tensor::allocate({DType::kF32, {1, 1, 14}});
  const float values[] = {5.5F,      6.5F,       7.5F,     4.5F,  -100.5F, 1e6F,  -1e6F,
                          16777216., -16777216., 69999.5F, 65541, -65530,  65542, 0};
  std::copy(values, values + 14, latent.mutable_as<float>());
  const LatentCodec codec(coder, latent.spec());
  const Tensor decoded = codec.decode(codec.encode(latent));
  EXPECT_TRUE(bit_identical(
      decoded, latent_from_levels(coder, latent_levels(coder, latent), latent.spec())));
  for (std::size_t i = 0; i < 14; ++i) {
    EXPECT_NEAR(decoded.as<float>()[i], values[i], 0.5 + std::abs(values[i]) * 1e-6);
  }
}

TEST(LatentCoder, ValuesThatCannotBeCodedAreRefused) {
  for (const Coding& coding : all_codings()) {
    const LatentCodec codec = codec_of(coding);
    for (const float value :
         {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(),
          -std::numeric_limits<float>::infinity()}) {
      Tensor latent = sample_latent(kShape, 1);
      latent.mutable_as<float>()[17] = value;
      bad_input_message([&] { codec.encode(latent); });
    }
  }
  Tensor large = sample_latent(kShape, 1);
  large.mutable_as<float>()[0] = 4e7F;
  const std::string message = bad_input_message([&] {
    codec_of({LatentCoding::kFactorised, 8}).encode(large);
  });
  EXPECT_NE(message.find("the latent holds 40000000"), std::string::npos) << message;
  bad_input_message([] {
    codec_of({LatentCoding::kAffine, 8}).encode(sample_latent({1, 6, 12, 11}, 1));
  });
}

TEST(LatentCoder, DamagedStreamsAreRefusedOrDecode) {
  Rng rng(11);
  for (const Coding& coding : all_codings()) {
    const LatentCodec codec = codec_of(coding);
    const Bytes bytes = codec.encode(sample_latent(kShape, 4));
    const auto survive = [&](const Bytes& damaged) {
      try {
        EXPECT_EQ(codec.decode(damaged).shape(), kShape);
        return false;
      } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::kBadInput) << error.what();
        return true;
      }
    };
    std::size_t refused = 0;
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      refused +=
          survive({bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size)}) ? 1 : 0;
    }
    // The others end by chance where a stream may end; the checksum around it knows better.
    EXPECT_GT(refused, bytes.size() / 2);
    for (int i = 0; i < 300; ++i) {
      Bytes damaged = bytes;
      damaged[rng.below(damaged.size())] = static_cast<std::uint8_t>(rng.below(256));
      survive(damaged);
    }
  }
}

TEST(LatentTable, AddsUpAndLeavesNothingImpossible) {
  Rng rng(3);
  for (int i = 0; i < 200; ++i) {
    std::vector<double> weights(2 + rng.below(i < 190 ? 60 : 32000));
    for (double& weight : weights) weight = rng.below(3) == 0 ? 0 : std::exp(20 * rng.uniform());
    weights[0] = 1;
    const LatentTable table = latent_table(-4, weights);
    EXPECT_EQ(table.first, -4);
    EXPECT_EQ(std::accumulate(table.frequencies.begin(), table.frequencies.end(), 0U),
              kLatentSlots);
    EXPECT_GE(*std::min_element(table.frequencies.begin(), table.frequencies.end()), 1);
    const LatentModel model(table);
    for (std::uint32_t slot = 0; slot < kLatentSlots; slot += 97) {
      const CodeInterval interval = model.interval(model.index_at(slot));
      ASSERT_GE(slot, interval.start);
      ASSERT_LT(slot, std::uint32_t{interval.start} + interval.frequency);
    }
  }
}

// Against the entropy of the weights themselves.
TEST(LatentTable, IsAsGoodAsTheWeights) {
  std::vector<double> weights;
  for (int i = -20; i <= 20; ++i) weights.push_back(std::exp(-0.4 * std::abs(i)));
  weights.push_back(1e-4);
  const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
  const LatentTable table = latent_table(-20, weights);
  double entropy = 0, cost = 0;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    entropy -= weights[i] / sum * std::log2(weights[i] / sum);
    cost -= weights[i] / sum * std::log2(table.frequencies[i] / 65536.0);
  }
  EXPECT_LE(cost, entropy * 1.0001);
}

TEST(LatentTable, OfIntegersHoldsAllThatWereMet) {
  const std::vector<std::int32_t> levels = {3, 3, 4, 3, -7, -7, -7, -5};  // two channels of 4
  const std::vector<LatentTable> tables = latent_tables(levels, 2, 4);
  ASSERT_EQ(tables.size(), 2U);
  EXPECT_EQ(tables[0].first, 3);
  EXPECT_EQ(tables[0].frequencies.size(), 3U);
  EXPECT_GT(tables[0].frequencies[0], tables[0].frequencies[1]);
  EXPECT_EQ(tables[1].first, -7);
  EXPECT_EQ(tables[1].frequencies.size(), 4U);
  EXPECT_EQ(latent_tables({}, 1, 4).at(0).frequencies, (std::vector<std::uint16_t>{32768, 32768}));
}

TEST(LatentTable, RefusesWeightsThatAreNone) {
  for (const std::vector<double>& weights : {std::vector<double>{},
                                             {1},
                                             {0, 0},
                                             {1, -1},
                                             {1, std::nan("")},
                                             std::vector<double>(40000)}) {
    bad_input_message([&] { latent_table(0, weights); });
  }
  bad_input_message([] { latent_tables({0, 100000}, 1, 2); });
}

}  // namespace
}  // namespace splitbench
