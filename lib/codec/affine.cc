#include "codec/affine.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <string>

#include "base/error.h"

namespace splitbench {
namespace {

// Independent running results that the compiler keeps in vector registers; a single running
// minimum may not be reordered and would be scalar.
constexpr std::size_t kLanes = 16;
constexpr std::uint32_t kExponentMask = 0x7f800000;  // all ones: NaN or infinity

template <typename Symbol>
void quantise_to(const float* values, std::size_t count, AffineRange range, unsigned top,
                 Symbol* symbols) {
  const double minimum = range.minimum;
  const double width = static_cast<double>(range.maximum) - minimum;
  if (width == 0) {
    std::fill(symbols, symbols + count, Symbol{0});
    return;
  }
  const double symbols_per_unit = top / width;
  for (std::size_t i = 0; i < count; ++i) {
    // The argument is positive, so that truncation is floor.
    const double level = (values[i] - minimum) * symbols_per_unit + 0.5;
    symbols[i] = static_cast<Symbol>(static_cast<std::int32_t>(level));
  }
}

template <typename Symbol>
void dequantise_from(const Symbol* symbols, std::size_t count, AffineRange range, unsigned top,
                     float* values) {
  const double minimum = range.minimum;
  const double scale = (static_cast<double>(range.maximum) - minimum) / top;
  for (std::size_t i = 0; i < count; ++i) {
    values[i] = static_cast<float>(minimum + scale * static_cast<std::int32_t>(symbols[i]));
  }
}

}  // namespace

AffineRange finite_range(const float* values, std::size_t count) {
  float low[kLanes];
  float high[kLanes];
  std::uint32_t non_finite[kLanes] = {};
  std::fill(low, low + kLanes, values[0]);
  std::fill(high, high + kLanes, values[0]);
  const auto visit = [&](std::size_t lane, float value) {
    std::uint32_t bits = 0;
    std::memcpy(&bits, &value, sizeof bits);
    non_finite[lane] |= static_cast<std::uint32_t>((bits & kExponentMask) == kExponentMask);
    low[lane] = value < low[lane] ? value : low[lane];
    high[lane] = value > high[lane] ? value : high[lane];
  };
  const std::size_t whole = count - count % kLanes;
  for (std::size_t i = 0; i < whole; i += kLanes) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) visit(lane, values[i + lane]);
  }
  for (std::size_t i = whole; i < count; ++i) visit(i - whole, values[i]);

  if (*std::max_element(non_finite, non_finite + kLanes) != 0) {
    throw bad_input("the tensor holds NaN or infinity, which cannot be quantised; use raw or zstd");
  }
  // Adding zero turns -0, whose place among the lanes is arbitrary, into 0.
  return {*std::min_element(low, low + kLanes) + 0.0F,
          *std::max_element(high, high + kLanes) + 0.0F};
}

void quantise(const float* values, std::size_t count, AffineRange range, unsigned top,
              std::uint8_t* symbols) {
  quantise_to(values, count, range, top, symbols);
}

void quantise(const float* values, std::size_t count, AffineRange range, unsigned top,
              std::uint16_t* symbols) {
  quantise_to(values, count, range, top, symbols);
}

void dequantise(const std::uint8_t* symbols, std::size_t count, AffineRange range, unsigned top,
                float* values) {
  dequantise_from(symbols, count, range, top, values);
}

void dequantise(const std::uint16_t* symbols, std::size_t count, AffineRange range, unsigned top,
                float* values) {
  dequantise_from(symbols, count, range, top, values);
}

void write_range(ByteWriter& writer, AffineRange range) {
  writer.f32(range.minimum);
  writer.f32(range.maximum);
}

AffineRange read_range(ByteReader& reader, const char* what) {
  AffineRange range;
  range.minimum = reader.f32();
  range.maximum = reader.f32();
  if (!std::isfinite(range.minimum) || !std::isfinite(range.maximum) ||
      range.minimum > range.maximum) {
    throw bad_input(std::string(what) + ": its range " + std::to_string(range.minimum) + ".." +
                    std::to_string(range.maximum) + " is not one of finite values in order");
  }
  return range;
}

}  // namespace splitbench
