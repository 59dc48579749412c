// The entropy coder: what comes back, how long streams are, and their bytes.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/rng.h"
#include "codec/entropy/rans.h"
#include "support/rans_decisions.h"

namespace splitbench {
namespace {

using testing::Coder;
using testing::Decision;
using testing::fresh_models;
using testing::interval_of;
using testing::random_decision;
using testing::random_decisions;
using testing::tables;
using testing::with_every_coder;

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

template <typename AnyCoder>
void expect_decoded(AnyCoder /*coder*/, const Bytes& stream,
                    const std::vector<Decision>& decisions) {
  const Bytes exact(stream.begin(), stream.end());  // so that a sanitizer sees an over-read
  std::vector<AdaptiveBit> models = fresh_models();
  typename AnyCoder::Decoder decoder(exact, kWhat);
  for (const Decision& decision : decisions) {
    ASSERT_EQ(decode(decoder, models, decision), decision.value);
  }
  decoder.finish();
}

double ideal_bits(const std::vector<CodeInterval>& intervals, unsigned precision) {
  double bits = 0;
  for (const CodeInterval& interval : intervals) {
    bits += precision - std::log2(static_cast<double>(interval.frequency));
  }
  return bits;
}

// ---- what is coded comes back ----

TEST(Rans, DecodesAnyMixture) {
  with_every_coder([](auto coder) {
    Rng rng(1);
    for (int round = 0; round < 60; ++round) {
      const std::vector<Decision> decisions = random_decisions(coder, rng.below(3000), rng);
      expect_decoded(coder, encode(coder, decisions), decisions);
    }
    const std::vector<Decision> many = random_decisions(coder, 40000, rng);
    expect_decoded(coder, encode(coder, many), many);
  });
}

// Of the only state, which may be small; of words beside it; of all states and words.
bool is_possible_length(std::size_t size, std::size_t states) {
  if (size <= 4) return size > 0;
  if (size >= 4 * states) return size % 2 == 0;
  return size <= 2 * states;
}

// The first states come to exist with the first few bytes, one by one.
TEST(Rans, DecodesStreamsOfEveryShortLength) {
  with_every_coder([](auto coder) {
    std::vector<bool> seen(41);
    for (std::uint64_t seed = 0; seed < 25; ++seed) {
      Rng rng(seed);
      std::vector<Decision> decisions;
      while (true) {
        const Bytes stream = encode(coder, decisions);
        if (stream.size() > 40) break;
        seen[stream.size()] = true;
        expect_decoded(coder, stream, decisions);
        decisions.push_back(random_decision<coder.kPrecision>(rng));
      }
    }
    for (std::size_t size = 0; size <= 40; ++size) {
      EXPECT_EQ(seen[size], is_possible_length(size, coder.kStates)) << size;
    }
  });
}

TEST(Rans, NothingIsOneByte) {
  with_every_coder([](auto coder) {
    const Bytes stream = coder.encode({});
    EXPECT_EQ(stream, Bytes{1});
    typename decltype(coder)::Decoder(stream, kWhat).finish();
  });
}

TEST(Rans, WhatIsCertainIsNothing) {
  with_every_coder([](auto coder) {
    const std::vector<CodeInterval> certain(10000, raw_interval(0, 0, coder.kPrecision));
    const Bytes stream = coder.encode(certain);
    EXPECT_EQ(stream, Bytes{1});
    typename decltype(coder)::Decoder decoder(stream, kWhat);
    for (std::size_t i = 0; i < certain.size(); ++i) ASSERT_EQ(decoder.raw_bits(0), 0U);
    decoder.finish();
  });
}

// The least and the greatest slots, as long as it takes for all states to be at their limits.
TEST(Rans, StandsExtremeIntervals) {
  with_every_coder([](auto coder) {
    constexpr unsigned kPrecision = decltype(coder)::kPrecision;
    for (const std::uint32_t value : {0U, (1U << kPrecision) - 1}) {
      const std::vector<CodeInterval> rare(1000, raw_interval(value, kPrecision, kPrecision));
      const Bytes stream = coder.encode(rare);
      typename decltype(coder)::Decoder decoder(stream, kWhat);
      for (std::size_t i = 0; i < rare.size(); ++i) ASSERT_EQ(decoder.raw_bits(kPrecision), value);
      decoder.finish();
    }
  });
}

template <typename AnyCoder>
struct TableSymbols {
  std::vector<std::uint16_t> numbers;
  std::vector<std::uint8_t> symbols;
  Bytes stream;
};

template <typename AnyCoder>
TableSymbols<AnyCoder> table_symbols(AnyCoder /*coder*/, std::size_t count, Rng& rng) {
  constexpr unsigned kPrecision = AnyCoder::kPrecision;
  const auto& all = tables<kPrecision>();
  TableSymbols<AnyCoder> source;
  std::vector<CodeInterval> intervals;
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t number = rng.below(all.size());
    const unsigned symbol =
        all[number].symbol_at(static_cast<std::uint32_t>(rng.below(1ULL << kPrecision)));
    source.numbers.push_back(static_cast<std::uint16_t>(number));
    source.symbols.push_back(static_cast<std::uint8_t>(symbol));
    intervals.push_back(all[number].interval(symbol));
  }
  source.stream = AnyCoder::encode(intervals);
  return source;
}

TEST(Rans, SymbolsAtOnceAreThoseOfSingleCalls) {
  with_every_coder([](auto coder) {
    const auto& all = tables<coder.kPrecision>();
    Rng rng(2);
    for (const std::size_t count : {1, 5, 8, 15, 31, 33, 100, 1000, 20000}) {
      const auto source = table_symbols(coder, count, rng);
      // Groups as long as these, after so many single symbols, which leave any state the next.
      for (const std::size_t length : {std::size_t{1}, std::size_t{7}, std::size_t{8},
                                       std::size_t{32}, std::size_t{33}, count}) {
        for (std::size_t alone = 0; alone <= std::min<std::size_t>(count, 9); ++alone) {
          typename decltype(coder)::Decoder decoder(source.stream, kWhat);
          std::vector<std::uint8_t> read(count, 99);
          std::size_t i = 0;
          for (; i < alone; ++i) {
            read[i] = static_cast<std::uint8_t>(decoder.symbol(all[source.numbers[i]]));
          }
          while (i < count) {
            const std::size_t now = std::min(length, count - i);
            decoder.symbols(all.data(), source.numbers.data() + i, read.data() + i, now);
            i += now;
          }
          ASSERT_EQ(read, source.symbols) << count << " in groups of " << length;
          decoder.finish();
        }
      }
    }
  });
}

// ---- how long streams are ----

// States that exist, of so many that may.
std::size_t existing_states(std::size_t size, std::size_t states) {
  return size < 4 * states ? 1 : states;
}

// A state takes 32 bits and holds 16 to 32, equally likely: a byte each is lost, at most two. The
// first symbol that is coded takes its place among all slots, however probable it is: another byte.
TEST(Rans, TakesAByteAStateMoreThanTheIdealLength) {
  with_every_coder([](auto coder) {
    constexpr unsigned kPrecision = decltype(coder)::kPrecision;
    constexpr std::size_t kRounds = 400;
    double sum = 0;
    for (std::size_t round = 0; round < kRounds; ++round) {
      Rng rng(round);
      std::vector<AdaptiveBit> models = fresh_models();
      std::vector<CodeInterval> intervals;
      for (const Decision& decision : random_decisions(coder, rng.below(600), rng)) {
        intervals.push_back(interval_of<kPrecision>(decision, models));
      }
      const double ideal = ideal_bits(intervals, kPrecision) / 8;
      const std::size_t size = coder.encode(intervals).size();
      const auto states = static_cast<double>(existing_states(size, coder.kStates));
      const double over = static_cast<double>(size) - ideal;
      EXPECT_LE(over, 2 * states + 1.2) << ideal;
      sum += over / states;
    }
    EXPECT_NEAR(sum / kRounds, 1.3, 0.3);
  });
}

TEST(Rans, LongStreamsAreAsLongAsTheirEntropy) {
  with_every_coder([](auto coder) {
    constexpr unsigned kPrecision = decltype(coder)::kPrecision;
    for (const auto& table : tables<kPrecision>()) {
      Rng rng(4);
      std::vector<CodeInterval> intervals;
      for (int i = 0; i < 200000; ++i) {
        const auto slot = static_cast<std::uint32_t>(rng.below(1ULL << kPrecision));
        intervals.push_back(table.interval(table.symbol_at(slot)));
      }
      const double ideal = ideal_bits(intervals, kPrecision) / 8;
      const auto size = static_cast<double>(coder.encode(intervals).size());
      EXPECT_LE(size, 1.0002 * ideal + 2 * double{coder.kStates});
    }
  });
}

// ---- the format ----

// The bytes of a fixed list of decisions, from the first version on.
template <typename AnyCoder>
std::string fixed_stream(AnyCoder coder, int rounds) {
  constexpr unsigned kPrecision = AnyCoder::kPrecision;
  const NibbleTable<kPrecision> table([] {
    NibbleFrequencies frequencies;
    frequencies.fill(1);
    frequencies[0] = 600;
    frequencies[1] = 200;
    frequencies[9] = (1U << kPrecision) - 813;
    return frequencies;
  }());
  AdaptiveBit bit;
  std::vector<CodeInterval> intervals;
  for (int round = 0; round < rounds; ++round) {
    for (const bool value : {false, false, true, false, false, false, true, true}) {
      intervals.push_back(bit.interval(value, kPrecision));
      bit.update(value);
    }
    for (const unsigned symbol : {0U, 1U, 0U, 9U, 2U}) intervals.push_back(table.interval(symbol));
    intervals.push_back(raw_interval(0x15a, 9, kPrecision));
  }
  return hex(coder.encode(intervals));
}

TEST(Rans, WritesTheSameBytesForEver) {
  EXPECT_EQ(fixed_stream(Coder<12, 1>(), 8),
            "fa52796a7ab0d7ea397ed23ac2f0d290d75a66ebd62a08087ea04d953580d2cac454f564b1a8b5f2");
  EXPECT_EQ(fixed_stream(Coder<12, 8>(), 8),
            "1c210906a7c74900de3f921c99a5050096620b00603a0400a75eec03117e0c00573f88fbfbc31f7e0dedd2"
            "ba5057a24df2a2");
  EXPECT_EQ(fixed_stream(Coder<10, 4>(), 5), "64208a50161a083cc42be90058d99400e7b0ef5f20b3b46e");
  EXPECT_EQ(fixed_stream(Coder<12, 1>(), 0), "01");
  EXPECT_EQ(fixed_stream(Coder<12, 8>(), 1), "b5f289a32312");
}

}  // namespace
}  // namespace splitbench
