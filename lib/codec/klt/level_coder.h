// Levels as symbols of the range coder, and the choice of levels by rate and distortion.
//
// A level is one symbol of its context's alphabet: 0, +1, -1, +2, -2, ... up to a magnitude that
// grows with the context's expectation; the last magnitude is followed by how far the level lies
// beyond it, as an Exp-Golomb code. Probabilities are the calibration's and do not adapt: streams
// are short, and contexts have taken their scale into account already. (Measured on MobileNetV2,
// adaptive probabilities that start from the same values cost 1.5 % more.)
//
// Frequencies, thresholds and points follow from the calibration by integers and float operations
// in a fixed order: the same on every platform. Immutable; may be shared by threads.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "codec/entropy/frequency_table.h"
#include "codec/entropy/range_coder.h"
#include "codec/klt/level_tables.h"

namespace splitbench::klt {

// Values beyond are coded as this level.
constexpr std::int32_t kMaxLevel = 1 << 15;

struct DecodedLevel {
  std::uint32_t magnitude = 0;
  float point = 0;  // where it is reconstructed
};

class LevelCoder {
 public:
  explicit LevelCoder(const LevelTables& tables);

  void encode(RangeEncoder& encoder, int context, std::int32_t level) const {
    const Context& model = at(context);
    const auto magnitude = static_cast<std::uint32_t>(std::abs(level));
    encoder.symbol(model.symbols, symbol_of(std::min(magnitude, model.last), level < 0));
    if (magnitude >= model.last) encode_rest(encoder, magnitude - model.last, model.order);
  }
  DecodedLevel decode(RangeDecoder& decoder, int context) const;

  // Where a magnitude is reconstructed, and its cost with a sign.
  float point(int context, std::size_t magnitude) const;
  float bits(int context, std::size_t magnitude) const;

 private:
  struct Context {
    FrequencyTable symbols;
    std::uint32_t last = 0;  // the magnitude that all larger ones share a symbol with
    unsigned order = 0;      // of the Exp-Golomb code
    std::array<float, kPoints> shrinkage{};
    std::array<float, 2 * kMaxSymbolMagnitude + 1> points{};  // of the symbols
  };

  static unsigned symbol_of(std::uint32_t magnitude, bool negative) {
    return 2 * magnitude - (magnitude != 0 && !negative ? 1 : 0);
  }

  // The last symbols of an alphabet: the rest of the level follows.
  static void encode_rest(RangeEncoder& encoder, std::uint32_t rest, unsigned order);
  DecodedLevel decode_large(RangeDecoder& decoder, const Context& model, bool negative) const;

  const Context& at(int context) const { return contexts_[static_cast<std::size_t>(context)]; }

  std::vector<Context> contexts_;
};

inline DecodedLevel LevelCoder::decode(RangeDecoder& decoder, int context) const {
  const Context& model = at(context);
  const unsigned symbol = decoder.symbol(model.symbols);
  const std::uint32_t magnitude = (symbol + 1) / 2;
  if (magnitude == model.last) return decode_large(decoder, model, symbol % 2 == 0);
  return {magnitude, model.points[symbol]};
}

// Chooses for each value the level of least squared error + rdo * bits. Immutable.
class LevelChooser {
 public:
  // `rdo`: the price of a bit in squared steps; 0 for the nearest point of reconstruction.
  LevelChooser(const LevelCoder& coder, float rdo);

  // Few branches: those on the level would often be mispredicted.
  std::int32_t choose(int context, float value) const {
    const Thresholds& thresholds = thresholds_[static_cast<std::size_t>(context)];
    const float magnitude = std::fabs(value);
    // NaN, from values near the end of float's range, is 0.
    std::int32_t level = (magnitude > thresholds[0] ? 1 : 0) + (magnitude > thresholds[1] ? 1 : 0) +
                         (magnitude > thresholds[2] ? 1 : 0);
    if (level == kCompared) level = large_magnitude(thresholds, magnitude);
    return value < 0 ? -level : level;
  }

 private:
  // From [m] on, magnitude m + 1 is chosen rather than m.
  using Thresholds = std::array<float, kMaxSymbolMagnitude>;

  static constexpr std::int32_t kCompared = 3;

  static std::int32_t large_magnitude(const Thresholds& thresholds, float magnitude);

  std::array<Thresholds, kContexts> thresholds_;
};

}  // namespace splitbench::klt
