// The entropy coder on streams that are damaged, cut off, too long or no streams at all.
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/rng.h"
#include "codec/entropy/rans.h"
#include "support/codec_samples.h"
#include "support/rans_decisions.h"

namespace splitbench {
namespace {

using testing::bad_input_message;
using testing::Decision;
using testing::fresh_models;
using testing::random_decisions;
using testing::tables;
using testing::with_every_coder;

constexpr const char* kWhat = "test stream";

// All values, whatever they are, and finish() at the end.
template <typename AnyCoder>
void decode_anything(AnyCoder /*coder*/, const Bytes& stream,
                     const std::vector<Decision>& decisions) {
  const Bytes exact(stream.begin(), stream.end());
  std::vector<AdaptiveBit> models = fresh_models();
  typename AnyCoder::Decoder decoder(exact, kWhat);
  for (const Decision& decision : decisions) {
    const std::uint32_t value = decode(decoder, models, decision);
    if (decision.kind == Decision::Kind::kSymbol) {
      ASSERT_LT(value, kNibbles);
    } else if (decision.kind == Decision::Kind::kRaw) {
      ASSERT_LT(value, 1ULL << decision.model);
    }
  }
  decoder.finish();
}

template <typename AnyCoder>
bool decodes_to(AnyCoder /*coder*/, const Bytes& stream, const std::vector<Decision>& decisions) {
  std::vector<AdaptiveBit> models = fresh_models();
  typename AnyCoder::Decoder decoder(stream, kWhat);
  for (const Decision& decision : decisions) {
    if (decode(decoder, models, decision) != decision.value) return false;
  }
  try {
    decoder.finish();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kBadInput);
    return false;
  }
  return true;
}

// A few bytes may well be the stream of other decisions, but of no others that are the same.
TEST(Rans, FinishRefusesWhatFollowsAndWhatIsMissing) {
  with_every_coder([](auto coder) {
    Rng rng(3);
    for (const std::size_t count : {0, 1, 2, 3, 5, 8, 12, 20, 40, 300}) {
      const std::vector<Decision> decisions = random_decisions(coder, count, rng);
      const Bytes stream = encode(coder, decisions);
      ASSERT_TRUE(decodes_to(coder, stream, decisions));
      const auto expect_refused = [&](const Bytes& wrong) {
        EXPECT_FALSE(decodes_to(coder, wrong, decisions));
        if (count >= 20) bad_input_message([&] { decode_anything(coder, wrong, decisions); });
      };
      for (std::size_t size = 0; size < stream.size(); ++size) {
        expect_refused(Bytes(stream.begin(), stream.begin() + static_cast<std::ptrdiff_t>(size)));
      }
      for (const std::uint8_t byte : {std::uint8_t{0}, std::uint8_t{1}, std::uint8_t{255}}) {
        Bytes longer = stream;
        for (int more = 0; more < 9; ++more) {
          longer.push_back(byte);
          expect_refused(longer);
        }
      }
    }
  });
}

TEST(Rans, FinishRefusesAZeroAtTheEndOfShortStreams) {
  with_every_coder([](auto coder) {
    for (std::size_t count = 0; count < 60; ++count) {
      const std::vector<Decision> decisions(count, {Decision::Kind::kRaw, 5, 21});
      Bytes stream = encode(coder, decisions);
      stream.push_back(0);
      bad_input_message([&] { decode_anything(coder, stream, decisions); });
    }
  });
}

TEST(Rans, FinishRefusesTooFewAndTooManySymbols) {
  with_every_coder([](auto coder) {
    for (const std::size_t count : {1, 2, 3, 10, 25, 100}) {
      const Decision last{Decision::Kind::kRaw, 7, 77};
      std::vector<Decision> decisions(count, last);
      const Bytes stream = encode(coder, decisions);
      decisions.pop_back();
      bad_input_message([&] { decode_anything(coder, stream, decisions); });
      decisions.resize(count + 1, last);
      EXPECT_FALSE(decodes_to(coder, stream, decisions));
    }
  });
}

// As zeros behind a decimal point: they take no bytes, and any number of them can be read.
TEST(Rans, FirstSymbolsAtTheEndAreNothing) {
  with_every_coder([](auto coder) {
    std::vector<Decision> decisions(50, {Decision::Kind::kRaw, 9, 300});
    const Bytes stream = encode(coder, decisions);
    for (int i = 0; i < 1000; ++i) decisions.push_back({Decision::Kind::kRaw, 9, 0});
    EXPECT_EQ(encode(coder, decisions).size(), stream.size());
    EXPECT_TRUE(decodes_to(coder, encode(coder, decisions), decisions));
  });
}

TEST(Rans, SurvivesGarbage) {
  with_every_coder([](auto coder) {
    Rng rng(5);
    const std::vector<Decision> decisions = random_decisions(coder, 300, rng);
    const std::size_t size = encode(coder, decisions).size();
    bad_input_message([&] { decode_anything(coder, Bytes(2 * size, 0xff), decisions); });
    bad_input_message([&] { decode_anything(coder, Bytes(2 * size, 0), decisions); });
    for (int round = 0; round < 200; ++round) {
      Bytes garbage(rng.below(round % 2 == 0 ? 2 * size : 50));
      for (std::uint8_t& byte : garbage) byte = static_cast<std::uint8_t>(rng.next());
      bad_input_message([&] { decode_anything(coder, garbage, decisions); });
    }
  });
}

// Batches of garbage are those of single calls, too.
TEST(Rans, SurvivesGarbageAtOnce) {
  with_every_coder([](auto coder) {
    const auto& all = tables<coder.kPrecision>();
    constexpr std::size_t kCount = 200;
    Rng rng(6);
    for (int round = 0; round < 200; ++round) {
      Bytes garbage(rng.below(90));
      garbage.shrink_to_fit();
      for (std::uint8_t& byte : garbage) byte = static_cast<std::uint8_t>(rng.next());
      std::vector<std::uint8_t> numbers(kCount), at_once(kCount), single(kCount);
      for (std::uint8_t& number : numbers) number = static_cast<std::uint8_t>(rng.below(4));
      typename decltype(coder)::Decoder a(garbage, kWhat), b(garbage, kWhat);
      a.symbols(all.data(), numbers.data(), at_once.data(), kCount);
      for (std::size_t i = 0; i < kCount; ++i) {
        single[i] = static_cast<std::uint8_t>(b.symbol(all[numbers[i]]));
      }
      ASSERT_EQ(at_once, single);
    }
  });
}

}  // namespace
}  // namespace splitbench
