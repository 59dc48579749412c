#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/rng.h"
#include "codec/entropy/range_coder.h"
#include "support/codec_samples.h"

namespace splitbench {
namespace {

using testing::bad_input_message;

constexpr const char* kWhat = "test stream";

std::string hex(const Bytes& bytes) {
  constexpr const char* kDigits = "0123456789abcdef";
  std::string text;
  for (const std::uint8_t byte : bytes) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

// One call to the coder, with all that a decoder needs to repeat it.
struct Decision {
  enum class Kind { kBit, kSymbol, kRaw } kind = Kind::kBit;
  std::size_t model = 0;  // of the adaptive bits or of the tables; of raw bits their number
  std::uint32_t value = 0;
};

const std::vector<FrequencyTable>& tables() {
  static const std::vector<FrequencyTable> tables = {
      FrequencyTable({2}, 1),
      FrequencyTable({1, 1}, 1),
      FrequencyTable({1U << 16}, 16),
      FrequencyTable({1, (1U << 16) - 2, 1}, 16),
      FrequencyTable({0, 0, 3, 0, 1, 0}, 2),
      FrequencyTable(std::vector<std::uint32_t>(1U << 16, 1), 16),
      FrequencyTable::from_counts({1000, 300, 90, 27, 8, 2, 1, 0, 0}, 12),
  };
  return tables;
}

std::vector<AdaptiveBit> fresh_models() {
  return {AdaptiveBit(),      AdaptiveBit(0),        AdaptiveBit(1U << 16),
          AdaptiveBit(20000), AdaptiveBit(60000, 0), AdaptiveBit(5000, 1000)};
}

Decision random_decision(Rng& rng) {
  Decision decision;
  switch (rng.below(3)) {
    case 0:
      decision.model = rng.below(fresh_models().size());
      decision.value = rng.below(8) == 0 ? 1 : 0;
      break;
    case 1: {
      decision.kind = Decision::Kind::kSymbol;
      decision.model = rng.below(tables().size());
      const FrequencyTable& table = tables()[decision.model];
      decision.value =
          table.symbol_at(static_cast<std::uint32_t>(rng.below(1ULL << table.precision())));
      break;
    }
    default:
      decision.kind = Decision::Kind::kRaw;
      decision.model = rng.below(17);
      decision.value = static_cast<std::uint32_t>(rng.below(1ULL << decision.model));
      break;
  }
  return decision;
}

// The ideal length of the decision in bits, which is then coded.
double encode(RangeEncoder& encoder, std::vector<AdaptiveBit>& models, const Decision& decision) {
  switch (decision.kind) {
    case Decision::Kind::kBit: {
      AdaptiveBit& model = models[decision.model];
      const double zero = model.probability_of_zero() / double{AdaptiveBit::kOne};
      encoder.bit(model, decision.value != 0);
      return -std::log2(decision.value != 0 ? 1 - zero : zero);
    }
    case Decision::Kind::kSymbol:
      encoder.symbol(tables()[decision.model], decision.value);
      return tables()[decision.model].cost(decision.value);
    case Decision::Kind::kRaw:
      encoder.raw_bits(decision.value, static_cast<unsigned>(decision.model));
      return static_cast<double>(decision.model);
  }
  return 0;
}

std::uint32_t decode(RangeDecoder& decoder, std::vector<AdaptiveBit>& models,
                     const Decision& decision) {
  switch (decision.kind) {
    case Decision::Kind::kBit:
      return decoder.bit(models[decision.model]) ? 1 : 0;
    case Decision::Kind::kSymbol:
      return decoder.symbol(tables()[decision.model]);
    case Decision::Kind::kRaw:
      return decoder.raw_bits(static_cast<unsigned>(decision.model));
  }
  return 0;
}

void expect_decoded(const Bytes& stream, const std::vector<Decision>& decisions) {
  const Bytes exact(stream.begin(), stream.end());  // so that a sanitizer sees an over-read
  std::vector<AdaptiveBit> models = fresh_models();
  RangeDecoder decoder(exact, kWhat);
  for (const Decision& decision : decisions) {
    ASSERT_EQ(decode(decoder, models, decision), decision.value);
  }
  decoder.finish();
}

TEST(RangeCoder, DecodesAnyMixture) {
  Rng rng(1);
  for (int round = 0; round < 300; ++round) {
    std::vector<Decision> decisions;
    std::vector<AdaptiveBit> models = fresh_models();
    RangeEncoder encoder;
    double ideal_bits = 0;
    for (std::uint64_t count = rng.below(round < 200 ? 12 : 3000); count > 0; --count) {
      decisions.push_back(random_decision(rng));
      ideal_bits += encode(encoder, models, decisions.back());
    }
    const Bytes stream = encoder.finish();
    EXPECT_LE(static_cast<double>(stream.size()), 1.0001 * ideal_bits / 8 + 2);
    expect_decoded(stream, decisions);
  }
}

TEST(RangeCoder, NothingIsNoBytes) {
  EXPECT_EQ(RangeEncoder().finish(), Bytes());
  RangeDecoder(ByteView(), kWhat).finish();
}

TEST(RangeCoder, WhatIsCertainIsNoBytes) {
  const FrequencyTable table({1U << 16}, 16);
  RangeEncoder encoder;
  for (int i = 0; i < 100000; ++i) encoder.symbol(table, 0);
  encoder.raw_bits(0, 0);
  const Bytes stream = encoder.finish();
  EXPECT_EQ(stream, Bytes());
  RangeDecoder decoder(stream, kWhat);
  for (int i = 0; i < 100000; ++i) ASSERT_EQ(decoder.symbol(table), 0U);
  decoder.finish();
}

// The first symbols of all tables: the code is 0, and zeros at the end are not written.
TEST(RangeCoder, ZerosAtTheEndAreNotWritten) {
  RangeEncoder encoder;
  for (int i = 0; i < 1000; ++i) encoder.raw_bits(0, 16);
  EXPECT_EQ(encoder.finish(), Bytes());

  RangeEncoder other;
  other.raw_bits(0xabcd, 16);
  for (int i = 0; i < 1000; ++i) other.raw_bits(0, 16);
  const Bytes stream = other.finish();
  EXPECT_LE(stream.size(), 8U);
  RangeDecoder decoder(stream, kWhat);
  ASSERT_EQ(decoder.raw_bits(16), 0xabcdU);
  for (int i = 0; i < 1000; ++i) ASSERT_EQ(decoder.raw_bits(16), 0U);
  decoder.finish();
}

std::uint8_t first_byte(const Bytes& stream) { return stream.empty() ? 0 : stream.front(); }

// Whether codes on both sides of the middle of all codes can still be reached: then nothing has
// been decided about any byte, 7f ff ff ... or 80 00 00 ...
bool straddles_the_middle(const RangeEncoder& encoder) {
  RangeEncoder low = encoder, high = encoder;
  for (int i = 0; i < 5; ++i) {
    low.raw_bits(0, 16);
    high.raw_bits(0xffff, 16);
  }
  return first_byte(low.finish()) < 0x80 && first_byte(high.finish()) >= 0x80;
}

TEST(RangeCoder, CarriesThroughLongRuns) {
  constexpr std::size_t kDecisions = 4000;
  constexpr std::uint32_t kProbability = 20000;
  RangeEncoder encoder;
  std::vector<bool> bits;
  while (bits.size() < kDecisions) {
    RangeEncoder zero = encoder, one = encoder;
    AdaptiveBit model(kProbability), same(kProbability);
    zero.bit(model, false);
    one.bit(same, true);
    bits.push_back(!straddles_the_middle(zero));
    encoder = bits.back() ? one : zero;
    ASSERT_TRUE(straddles_the_middle(encoder));
  }
  for (const bool last : {false, true}) {
    RangeEncoder end = encoder;
    for (int i = 0; i < 3; ++i) end.raw_bits(last ? 0xffff : 0, 16);
    const Bytes stream = end.finish();
    ASSERT_GT(stream.size(), kDecisions / 16);
    const Bytes run(stream.begin() + 1, stream.begin() + kDecisions / 16);
    EXPECT_EQ(stream.front(), last ? 0x80 : 0x7f);
    EXPECT_EQ(run, Bytes(run.size(), last ? 0x00 : 0xff));
    RangeDecoder decoder(stream, kWhat);
    for (const bool bit : bits) {
      AdaptiveBit model(kProbability);
      ASSERT_EQ(decoder.bit(model), bit);
    }
    for (int i = 0; i < 3; ++i) ASSERT_EQ(decoder.raw_bits(16), last ? 0xffffU : 0U);
    decoder.finish();
  }
}

TEST(RangeCoder, SymbolsTakeTheirIdealLength) {
  constexpr std::size_t kCount = 100000;
  for (const double ratio : {0.02, 0.3, 0.7, 0.99}) {
    std::vector<double> counts = {1};
    while (counts.size() < 40) counts.push_back(counts.back() * ratio);
    for (const unsigned precision : {6U, 12U, 16U}) {
      const FrequencyTable table = FrequencyTable::from_counts(counts, precision);
      Rng rng(3);
      RangeEncoder encoder;
      double ideal_bits = 0;
      for (std::size_t i = 0; i < kCount; ++i) {
        const unsigned symbol =
            table.symbol_at(static_cast<std::uint32_t>(rng.below(1ULL << precision)));
        encoder.symbol(table, symbol);
        ideal_bits += table.cost(symbol);
      }
      const double bits = 8.0 * static_cast<double>(encoder.finish().size());
      EXPECT_LE(bits, 1.0001 * ideal_bits + 16) << ratio << ", " << precision;
    }
  }
}

TEST(RangeCoder, AdaptiveBitsTakeTheirIdealLength) {
  constexpr std::size_t kCount = 100000;
  for (const double share : {0.0, 0.001, 0.02, 0.2, 0.5, 0.97, 1.0}) {
    Rng rng(4);
    RangeEncoder encoder;
    std::vector<AdaptiveBit> models(10);
    double ideal_bits = 0;
    for (std::size_t i = 0; i < kCount; ++i) {
      AdaptiveBit& model = models[i % models.size()];
      const double zero = model.probability_of_zero() / double{AdaptiveBit::kOne};
      const bool bit = rng.uniform() < share;
      ideal_bits -= std::log2(bit ? 1 - zero : zero);
      encoder.bit(model, bit);
    }
    const double bits = 8.0 * static_cast<double>(encoder.finish().size());
    EXPECT_LE(bits, 1.0001 * ideal_bits + 16) << share;
  }
}

TEST(RangeCoder, SurvivesCutAndRandomBytes) {
  Rng rng(5);
  std::vector<AdaptiveBit> models = fresh_models();
  std::vector<Decision> decisions;
  RangeEncoder encoder;
  for (int i = 0; i < 300; ++i) {
    decisions.push_back(random_decision(rng));
    encode(encoder, models, decisions.back());
  }
  const Bytes stream = encoder.finish();
  const auto survive = [&](const Bytes& bytes) {
    std::vector<AdaptiveBit> fresh = fresh_models();
    RangeDecoder decoder(bytes, kWhat);
    for (const Decision& decision : decisions) {
      const std::uint32_t value = decode(decoder, fresh, decision);
      if (decision.kind == Decision::Kind::kSymbol) {
        ASSERT_LT(value, tables()[decision.model].size());
        ASSERT_GT(tables()[decision.model].frequency(value), 0U);
      } else if (decision.kind == Decision::Kind::kRaw) {
        ASSERT_LT(value, 1ULL << decision.model);
      }
    }
  };
  for (std::size_t size = 0; size < stream.size(); ++size) {
    survive(Bytes(stream.begin(), stream.begin() + static_cast<std::ptrdiff_t>(size)));
  }
  survive(Bytes(2 * stream.size(), 0xff));
  for (int round = 0; round < 300; ++round) {
    Bytes garbage(rng.below(2 * stream.size()));
    for (std::uint8_t& byte : garbage) byte = static_cast<std::uint8_t>(rng.next());
    survive(garbage);
  }
}

TEST(RangeDecoder, FinishTellsWhatFollows) {
  RangeEncoder encoder;
  encoder.raw_bits(0x1234, 16);
  Bytes stream = encoder.finish();
  const auto decode_one = [&stream] {
    RangeDecoder decoder(stream, kWhat);
    decoder.raw_bits(16);
    decoder.finish();
  };
  decode_one();
  stream.push_back(0);
  EXPECT_NE(bad_input_message(decode_one).find("last byte is 0"), std::string::npos);
  stream.resize(12, 1);
  EXPECT_NE(bad_input_message(decode_one).find("4 bytes follow its end"), std::string::npos);
}

// The bytes of a fixed list of decisions, from the first version on.
TEST(RangeCoder, WritesTheSameBytesForEver) {
  RangeEncoder encoder;
  AdaptiveBit bit;
  const FrequencyTable table({100, 20, 7, 1}, 7);
  const bool bits[] = {false, false, true, false, false, false, true, true};
  for (int round = 0; round < 8; ++round) {
    for (const bool value : bits) encoder.bit(bit, value);
    for (const unsigned symbol : {0U, 1U, 0U, 3U, 2U}) encoder.symbol(table, symbol);
    encoder.raw_bits(0x5a5, 11);
  }
  EXPECT_EQ(hex(encoder.finish()),
            "58a938a739c7b343d6cd1b31f8912086cae213e26d08ae5903030303573a9a457f80");
}

TEST(AdaptiveBit, ApproachesTheShareOfZeros) {
  Rng rng(6);
  for (const double share : {0.02, 0.3, 0.9}) {
    AdaptiveBit model;
    double mean = 0;
    for (int i = 0; i < 20000; ++i) {
      model.update(rng.uniform() >= share);
      if (i >= 1000) mean += model.probability_of_zero() / double{AdaptiveBit::kOne} / 19000;
    }
    EXPECT_NEAR(mean, share, 0.01);
  }
}

TEST(AdaptiveBit, LearnsFastAtFirst) {
  AdaptiveBit model;
  EXPECT_EQ(model.probability_of_zero(), AdaptiveBit::kOne / 2);
  for (int i = 0; i < 10; ++i) model.update(false);
  EXPECT_GT(model.probability_of_zero(), AdaptiveBit::kOne * 9 / 10);
}

TEST(AdaptiveBit, HoldsOnToWhatItIsGiven) {
  AdaptiveBit firm(60000, 1000), loose(60000, 0);
  firm.update(true);
  loose.update(true);
  EXPECT_GT(firm.probability_of_zero(), 58000U);
  EXPECT_LT(loose.probability_of_zero(), 31000U);
}

TEST(AdaptiveBit, IsNeverCertain) {
  for (const std::uint32_t start : {0U, 1U, AdaptiveBit::kOne / 2, AdaptiveBit::kOne}) {
    for (const bool bit : {false, true}) {
      for (const unsigned decisions : {0U, 1000U}) {
        AdaptiveBit model(start, decisions);
        for (int i = 0; i < 10000; ++i) {
          ASSERT_GE(model.probability_of_zero(), 1U);
          ASSERT_LT(model.probability_of_zero(), AdaptiveBit::kOne);
          model.update(bit);
        }
      }
    }
  }
}

// Turning all decisions round turns the probability round: neither value is favoured.
TEST(AdaptiveBit, TreatsBothValuesAlike) {
  Rng rng(7);
  AdaptiveBit model, mirror;
  for (int i = 0; i < 1000; ++i) {
    const bool bit = rng.below(5) == 0;
    model.update(bit);
    mirror.update(!bit);
    ASSERT_NEAR(model.probability_of_zero(), AdaptiveBit::kOne - mirror.probability_of_zero(), 2);
  }
}

}  // namespace
}  // namespace splitbench
