// Decisions of every kind for the entropy coder, with every precision and number of states.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/rng.h"
#include "codec/entropy/rans.h"

namespace splitbench::testing {

template <unsigned kPrecisionOf, std::size_t kStatesOf>
struct Coder {
  static constexpr unsigned kPrecision = kPrecisionOf;
  static constexpr std::size_t kStates = kStatesOf;
  using Decoder = RansDecoder<kPrecision, kStates>;
  using Table = NibbleTable<kPrecision>;

  static Bytes encode(const std::vector<CodeInterval>& intervals) {
    return encode_intervals(intervals.data(), intervals.size(), kPrecision, kStates);
  }
};

template <typename Test>
void with_every_coder(Test test) {
  const auto run = [&test](auto coder) {
    SCOPED_TRACE("precision " + std::to_string(coder.kPrecision) + ", states " +
                 std::to_string(coder.kStates));
    test(coder);
  };
  run(Coder<10, 1>());
  run(Coder<10, 2>());
  run(Coder<10, 4>());
  run(Coder<10, 8>());
  run(Coder<12, 1>());
  run(Coder<12, 2>());
  run(Coder<12, 4>());
  run(Coder<12, 8>());
}

// Even, as skewed as can be, and between.
template <unsigned kPrecision>
const std::vector<NibbleTable<kPrecision>>& tables() {
  static const std::vector<NibbleTable<kPrecision>> tables = [] {
    std::array<double, kNibbles> even, skewed{}, geometric, late{};
    even.fill(1);
    skewed[3] = 1;
    for (std::size_t i = 0; i < kNibbles; ++i) geometric[i] = std::pow(0.6, i);
    late[15] = 10;
    late[7] = 1;
    std::vector<NibbleTable<kPrecision>> made;
    for (const auto& counts : {even, skewed, geometric, late}) {
      made.emplace_back(nibble_frequencies(counts, kPrecision));
    }
    return made;
  }();
  return tables;
}

inline std::vector<AdaptiveBit> fresh_models() {
  return {AdaptiveBit(),      AdaptiveBit(0),        AdaptiveBit(1U << 16),
          AdaptiveBit(20000), AdaptiveBit(60000, 0), AdaptiveBit(5000, 1000)};
}

// What a decoder is asked for, and what it should answer.
struct Decision {
  enum class Kind { kBit, kSymbol, kRaw } kind = Kind::kBit;
  std::size_t model = 0;  // of the adaptive bits or of the tables; of raw bits their number
  std::uint32_t value = 0;
};

template <unsigned kPrecision>
Decision random_decision(Rng& rng) {
  Decision decision;
  switch (rng.below(3)) {
    case 0:
      decision.model = rng.below(fresh_models().size());
      decision.value = rng.below(8) == 0 ? 1 : 0;
      break;
    case 1: {
      decision.kind = Decision::Kind::kSymbol;
      decision.model = rng.below(tables<kPrecision>().size());
      const bool likely = rng.below(10) != 0;
      const auto slot = static_cast<std::uint32_t>(rng.below(1ULL << kPrecision));
      decision.value = likely ? tables<kPrecision>()[decision.model].symbol_at(slot)
                              : static_cast<std::uint32_t>(rng.below(kNibbles));
      break;
    }
    default:
      decision.kind = Decision::Kind::kRaw;
      decision.model = rng.below(kPrecision + 1);
      decision.value = static_cast<std::uint32_t>(rng.below(1ULL << decision.model));
      break;
  }
  return decision;
}

template <unsigned kPrecision>
CodeInterval interval_of(const Decision& decision, std::vector<AdaptiveBit>& models) {
  switch (decision.kind) {
    case Decision::Kind::kBit: {
      AdaptiveBit& model = models[decision.model];
      const CodeInterval interval = model.interval(decision.value != 0, kPrecision);
      model.update(decision.value != 0);
      return interval;
    }
    case Decision::Kind::kSymbol:
      return tables<kPrecision>()[decision.model].interval(decision.value);
    case Decision::Kind::kRaw:
      break;
  }
  return raw_interval(decision.value, static_cast<unsigned>(decision.model), kPrecision);
}

template <typename AnyCoder>
Bytes encode(AnyCoder /*coder*/, const std::vector<Decision>& decisions) {
  std::vector<AdaptiveBit> models = fresh_models();
  std::vector<CodeInterval> intervals;
  for (const Decision& decision : decisions) {
    intervals.push_back(interval_of<AnyCoder::kPrecision>(decision, models));
  }
  return AnyCoder::encode(intervals);
}

template <unsigned kPrecision, std::size_t kStates>
std::uint32_t decode(RansDecoder<kPrecision, kStates>& decoder, std::vector<AdaptiveBit>& models,
                     const Decision& decision) {
  switch (decision.kind) {
    case Decision::Kind::kBit:
      return decoder.bit(models[decision.model]) ? 1 : 0;
    case Decision::Kind::kSymbol:
      return decoder.symbol(tables<kPrecision>()[decision.model]);
    case Decision::Kind::kRaw:
      break;
  }
  return decoder.raw_bits(static_cast<unsigned>(decision.model));
}

template <typename AnyCoder>
std::vector<Decision> random_decisions(AnyCoder /*coder*/, std::size_t count, Rng& rng) {
  std::vector<Decision> decisions(count);
  for (Decision& decision : decisions) decision = random_decision<AnyCoder::kPrecision>(rng);
  return decisions;
}

}  // namespace splitbench::testing
