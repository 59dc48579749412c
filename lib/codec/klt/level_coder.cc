#include "codec/klt/level_coder.h"

#include <algorithm>

#include "codec/klt/log_scale.h"

namespace splitbench::klt {
namespace {

constexpr unsigned kMaxCodeBits = 17;  // of an Exp-Golomb code; none is longer
constexpr unsigned kFraction = 8;      // of costs

NibbleFrequencies symbol_frequencies(const std::array<std::uint8_t, kBuckets>& probability) {
  std::array<double, kNibbles> counts{};
  double rest = 1;
  for (std::uint32_t bucket = 0; bucket < kBuckets; ++bucket) {
    const double count = rest * (probability[bucket] + 0.5) / 256;
    rest -= count;
    if (bucket == 0) {
      counts[0] = count;
    } else {
      counts[symbol_of(bucket, false)] = count / 2;
      counts[symbol_of(bucket, true)] = count / 2;
    }
  }
  counts[kEscape] = rest;
  return nibble_frequencies(counts, kLevelPrecision);
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

// The number of low bits of an Exp-Golomb code: value + 2^order has one more.
unsigned code_bits(std::uint32_t value, unsigned order) {
  unsigned bits = order;
  while ((value + (1U << order)) >> (bits + 1) != 0) ++bits;
  return bits;
}

}  // namespace

LevelCoder::LevelCoder(const LevelTables& tables) {
  for (int i = 0; i < kContexts; ++i) {
    const auto context = static_cast<std::size_t>(i);
    symbols_.emplace_back(symbol_frequencies(tables.probability[context]));
    for (std::size_t kind = 0; kind < kPoints; ++kind) {
      shrinkages_[context][kind] = static_cast<float>(tables.shrinkage[context][kind]) / 256;
    }
    for (unsigned symbol = 1; symbol < kEscape; ++symbol) {
      const float value = point(i, bucket_of_symbol(symbol));
      points_[context][symbol] = is_negative(symbol) ? -value : value;
    }
  }
}

float LevelCoder::point(int context, std::uint32_t magnitude) const {
  if (magnitude == 0) return 0;
  const std::size_t kind = std::min<std::size_t>(magnitude, kPoints) - 1;
  return static_cast<float>(magnitude) - shrinkages_[static_cast<std::size_t>(context)][kind];
}

float LevelCoder::bits(int context, std::uint32_t magnitude) const {
  const unsigned extra = extra_bits_of(context);
  const std::uint32_t bucket = bucket_of(magnitude, extra);
  const LevelTable& table = symbols_[static_cast<std::size_t>(context)];
  std::uint32_t cost = cost_of(table.interval(symbol_of(bucket, false)).frequency, kLevelPrecision);
  if (bucket >= kBuckets) {
    const unsigned order = escape_order(extra);
    // Sign, unary length and bits.
    const unsigned low = code_bits(magnitude - first_escaped(extra), order);
    cost += (1 + low - order + 1 + low) << kFraction;
  } else if (magnitude != 0) {
    cost += extra << kFraction;
  }
  return static_cast<float>(cost) / static_cast<float>(1U << kFraction);
}

void LevelWriter::raw_bits(std::uint32_t value, unsigned bits) {
  for (; bits > 0;) {
    const unsigned now = std::min(bits, kLevelPrecision);
    bits -= now;
    const std::uint32_t part = value >> bits & ((1U << now) - 1);
    intervals_[size_++] = raw_interval(part, now, kLevelPrecision);
  }
}

// The sign comes with the symbol, but for escapes.
void LevelWriter::extra(int context, std::uint32_t magnitude, bool negative) {
  const unsigned extra_bits = extra_bits_of(context);
  if (bucket_of(magnitude, extra_bits) < kBuckets) {
    raw_bits((magnitude - 1) & ((1U << extra_bits) - 1), extra_bits);
    return;
  }
  raw_bits(negative ? 1 : 0, 1);
  const unsigned order = escape_order(extra_bits);
  const std::uint32_t rest = magnitude - first_escaped(extra_bits);
  const unsigned low = code_bits(rest, order);
  for (unsigned i = order; i < low; ++i) raw_bits(1, 1);
  raw_bits(0, 1);
  raw_bits(rest + (1U << order), low);
}

std::uint32_t LevelWriter::group(const std::uint8_t* contexts, const float* values,
                                 std::size_t count) {
  if (intervals_.size() - size_ < kRoom) intervals_.resize(2 * intervals_.size());
  CodeInterval* interval = &intervals_[size_];
  std::uint32_t magnitudes = 0;
  bool is_large = false;
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint32_t level = chooser_.choose_small(contexts[i], std::fabs(values[i]));
    const unsigned symbol = symbol_of(level, values[i] < 0);
    interval[i] = coder_.tables()[contexts[i]].interval(symbol);
    magnitudes += level;
    is_large |= level == LevelChooser::kCompared;
    is_large |= contexts[i] >= kFirstWithExtraBits;
  }
  if (is_large) return larger_group(contexts, values, count);
  size_ += count;
  return magnitudes;
}

std::uint32_t LevelWriter::larger_group(const std::uint8_t* contexts, const float* values,
                                        std::size_t count) {
  std::array<std::uint32_t, kLevelsInGroup> levels{};
  std::uint32_t magnitudes = 0;
  for (std::size_t i = 0; i < count; ++i) {
    levels[i] = chooser_.choose(contexts[i], std::fabs(values[i]));
    const std::uint32_t bucket = bucket_of(levels[i], extra_bits_of(contexts[i]));
    intervals_[size_++] = coder_.tables()[contexts[i]].interval(symbol_of(bucket, values[i] < 0));
    magnitudes += std::min(levels[i], kTopMagnitude);
  }
  for (std::size_t i = 0; i < count; ++i) {
    const unsigned extra_bits = extra_bits_of(contexts[i]);
    const bool is_escaped = bucket_of(levels[i], extra_bits) >= kBuckets;
    if (levels[i] != 0 && (is_escaped || extra_bits != 0)) {
      extra(contexts[i], levels[i], values[i] < 0);
    }
  }
  return magnitudes;
}

template <std::size_t kStates>
std::uint32_t LevelReader<kStates>::raw_bits(unsigned bits) {
  std::uint32_t value = 0;
  for (; bits > 0;) {
    const unsigned now = std::min(bits, kLevelPrecision);
    bits -= now;
    value = value << now | decoder_.raw_bits(now);
  }
  return value;
}

template <std::size_t kStates>
std::uint32_t LevelReader<kStates>::escaped(unsigned order) {
  unsigned low = order;
  while (low + 1 < kMaxCodeBits && decoder_.raw_bits(1) != 0) ++low;
  return (1U << low | raw_bits(low)) - (1U << order);
}

template <std::size_t kStates>
DecodedLevel LevelReader<kStates>::larger(int context, unsigned symbol) {
  const unsigned extra_bits = extra_bits_of(context);
  bool negative = is_negative(symbol);
  std::uint32_t magnitude = 0;
  if (symbol == kEscape) {
    negative = raw_bits(1) != 0;
    magnitude = first_escaped(extra_bits) + escaped(escape_order(extra_bits));
  } else {
    const std::uint32_t first = ((bucket_of_symbol(symbol) - 1) << extra_bits) + 1;
    magnitude = first + raw_bits(extra_bits);
  }
  const float point = coder_.point(context, magnitude);
  return {magnitude, negative ? -point : point};
}

template class LevelReader<1>;
template class LevelReader<2>;
template class LevelReader<4>;
template class LevelReader<8>;

LevelChooser::LevelChooser(const LevelCoder& coder, float rdo) {
  for (int context = 0; context < kContexts; ++context) {
    for (std::uint32_t magnitude = 0; magnitude < kThresholds; ++magnitude) {
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

std::uint32_t LevelChooser::choose_large(int context, float magnitude) const {
  const Thresholds& thresholds = thresholds_[static_cast<std::size_t>(context)];
  std::uint32_t level = kCompared;
  while (level < kThresholds && magnitude > thresholds[level]) ++level;
  if (level < kThresholds) return level;
  // Far out the levels lie in equal distances, and so do the thresholds.
  const float beyond = thresholds[kThresholds - 1] - (kThresholds - 1);
  const float nearest = magnitude - beyond + 1;
  return nearest < static_cast<float>(kMaxLevel) ? static_cast<std::uint32_t>(nearest) : kMaxLevel;
}

}  // namespace splitbench::klt
