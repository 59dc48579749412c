#include "codec/klt/level_coder.h"

#include <algorithm>

#include "codec/klt/log_scale.h"

namespace splitbench::klt {
namespace {

constexpr unsigned kPrecision = 11;    // of the symbols' probabilities
constexpr unsigned kMaxCodeBits = 17;  // of an Exp-Golomb code; none is longer
constexpr unsigned kFraction = 8;      // of costs

// In which magnitude the alphabet of a context ends: a few times the expected one.
std::size_t last_magnitude(int context) {
  constexpr int kTimesExpected = 2;  // in octaves
  constexpr std::size_t kLeast = 3;
  const int octaves = std::max(0, (context - kContextOffset) / kContextsPerOctave + kTimesExpected);
  return std::clamp(std::size_t{1} << octaves, kLeast, kMaxSymbolMagnitude);
}

unsigned escape_order(int context) {
  const int octaves = (context - kContextOffset) / kContextsPerOctave - 1;
  return static_cast<unsigned>(std::max(0, octaves));
}

FrequencyTable frequency_table(const std::array<std::uint8_t, kMaxSymbolMagnitude>& probability,
                               std::size_t last) {
  std::vector<double> counts;
  double rest = 1;
  for (std::size_t magnitude = 0; magnitude < last; ++magnitude) {
    const double count = rest * (probability[magnitude] + 0.5) / 256;
    rest -= count;
    if (magnitude == 0) {
      counts.push_back(count);
    } else {
      counts.insert(counts.end(), 2, count / 2);
    }
  }
  counts.insert(counts.end(), 2, rest / 2);
  return FrequencyTable::from_counts(counts, kPrecision);
}

// -log2(numerator / 2^denominator_bits) in 1 / 2^kFraction bits, by repeated squaring in integers;
// 0 < numerator <= 2^denominator_bits.
std::uint32_t cost_of(std::uint32_t numerator, unsigned denominator_bits) {
  constexpr unsigned kMantissaBits = 30;
  constexpr std::uint64_t kOne = std::uint64_t{1} << kMantissaBits;
  std::uint64_t mantissa = std::uint64_t{numerator} << (kMantissaBits - denominator_bits);
  std::uint32_t cost = 0;
  while (mantissa < kOne) {
    mantissa <<= 1;
    cost += 1U << kFraction;
  }
  for (unsigned bit = kFraction; bit-- > 0;) {
    mantissa = (mantissa * mantissa) >> kMantissaBits;
    if (mantissa >= 2 * kOne) {
      mantissa >>= 1;
      cost -= 1U << bit;
    }
  }
  return cost;
}

std::uint32_t decode_rest(RangeDecoder& decoder, unsigned order) {
  unsigned bits = order;
  while (bits + 1 < kMaxCodeBits && decoder.raw_bits(1) != 0) ++bits;
  return (1U << bits | decoder.raw_bits(bits)) - (1U << order);
}

}  // namespace

LevelCoder::LevelCoder(const LevelTables& tables) {
  for (int i = 0; i < kContexts; ++i) {
    const auto context = static_cast<std::size_t>(i);
    const std::size_t last = last_magnitude(i);
    Context entry{frequency_table(tables.probability[context], last),
                  static_cast<std::uint32_t>(last),
                  escape_order(i),
                  {},
                  {}};
    for (std::size_t kind = 0; kind < kPoints; ++kind) {
      entry.shrinkage[kind] = static_cast<float>(tables.shrinkage[context][kind]) / 256;
    }
    contexts_.push_back(std::move(entry));
    for (std::size_t magnitude = 1; magnitude < last; ++magnitude) {
      const float value = point(i, magnitude);
      contexts_.back().points[2 * magnitude - 1] = value;
      contexts_.back().points[2 * magnitude] = -value;
    }
  }
}

// Exp-Golomb: how many bits follow, in unary, and the bits.
void LevelCoder::encode_rest(RangeEncoder& encoder, std::uint32_t rest, unsigned order) {
  rest += 1U << order;
  unsigned bits = order;
  for (; rest >> (bits + 1) != 0; ++bits) encoder.raw_bits(1, 1);
  encoder.raw_bits(0, 1);
  encoder.raw_bits(rest, bits);
}

DecodedLevel LevelCoder::decode_large(RangeDecoder& decoder, const Context& model,
                                      bool negative) const {
  const std::uint32_t magnitude = model.last + decode_rest(decoder, model.order);
  const float point = static_cast<float>(magnitude) - model.shrinkage.back();
  return {magnitude, negative ? -point : point};
}

float LevelCoder::point(int context, std::size_t magnitude) const {
  if (magnitude == 0) return 0;
  return static_cast<float>(magnitude) - at(context).shrinkage[std::min(magnitude, kPoints) - 1];
}

float LevelCoder::bits(int context, std::size_t magnitude) const {
  const Context& model = at(context);
  const auto shared = std::min(static_cast<std::uint32_t>(magnitude), model.last);
  const unsigned symbol = symbol_of(shared, false);
  std::uint32_t cost = cost_of(model.symbols.frequency(symbol), kPrecision);
  if (magnitude >= model.last) {
    const std::uint32_t rest = static_cast<std::uint32_t>(magnitude) - model.last;
    unsigned bits = model.order;
    while ((rest + (1U << model.order)) >> (bits + 1) != 0) ++bits;
    cost += (2 * bits - model.order + 1) << kFraction;
  }
  return static_cast<float>(cost) / static_cast<float>(1U << kFraction);
}

LevelChooser::LevelChooser(const LevelCoder& coder, float rdo) {
  for (int context = 0; context < kContexts; ++context) {
    for (std::size_t magnitude = 0; magnitude < kMaxSymbolMagnitude; ++magnitude) {
      const float here = coder.point(context, magnitude);
      const float next = coder.point(context, magnitude + 1);
      const float dearer = coder.bits(context, magnitude + 1) - coder.bits(context, magnitude);
      // Where (x - here)^2 + rdo bits(here) equals (x - next)^2 + rdo bits(next).
      const float equal = (here + next) / 2 + rdo * dearer / (2 * (next - here));
      Thresholds& thresholds = thresholds_[static_cast<std::size_t>(context)];
      thresholds[magnitude] = magnitude == 0 ? equal : std::max(equal, thresholds[magnitude - 1]);
    }
  }
}

std::int32_t LevelChooser::large_magnitude(const Thresholds& thresholds, float magnitude) {
  std::size_t level = kCompared;
  while (level < kMaxSymbolMagnitude && magnitude > thresholds[level]) ++level;
  if (level < kMaxSymbolMagnitude) return static_cast<std::int32_t>(level);
  // Far out the levels lie in equal distances, and so do the thresholds.
  const float beyond = thresholds[kMaxSymbolMagnitude - 1] - (kMaxSymbolMagnitude - 1);
  const float nearest = magnitude - beyond + 1;
  return nearest < static_cast<float>(kMaxLevel) ? static_cast<std::int32_t>(nearest) : kMaxLevel;
}

}  // namespace splitbench::klt
