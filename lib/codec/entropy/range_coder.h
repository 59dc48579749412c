// The entropy coder of splitbench: a range coder (after Martin 1979, with the carry propagated into
// the bytes already written) for symbols of a FrequencyTable, adaptive binary decisions, and bits
// without a model, in any mixture and in streaming order.
//
// Low end and range have 64 bits and are shifted out 32 at a time, which is rare: a decision costs
// one multiplication and no branch that is often taken, and the rounding of the range less than a
// ten-thousandth of a bit. Integers only, so the same decisions give the same bytes on every
// platform. A stream ends with the fewest bytes that tell its decisions from others', one or two
// beyond their information; zero bytes at its end are not written, for the decoder reads zeros
// behind it. Not thread-safe; one per stream.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/bytes.h"
#include "codec/entropy/adaptive_bit.h"
#include "codec/entropy/frequency_table.h"

namespace splitbench {

constexpr std::uint64_t kRangeBottom = std::uint64_t{1} << 32;  // the range is kept at or above it

class RangeEncoder {
 public:
  // With the model's probability, which then learns the bit.
  void bit(AdaptiveBit& model, bool bit);
  // Requires table.frequency(symbol) > 0.
  void symbol(const FrequencyTable& table, unsigned symbol);
  // The low `count` bits of `value`, most significant first; count is at most 16.
  void raw_bits(std::uint32_t value, unsigned count);
  // The stream; the encoder is spent.
  Bytes finish();

 private:
  void narrow(std::uint64_t start, std::uint64_t width);
  void carry();
  void shift_out();

  Bytes bytes_;
  std::uint64_t low_ = 0;
  std::uint64_t range_ = UINT64_MAX;
};

// Decoding never reads outside the bytes and always ends: whatever the bytes, each call returns
// some value that its model allows.
class RangeDecoder {
 public:
  // `what` names the stream in messages; bytes and text must outlive the decoder.
  RangeDecoder(ByteView bytes, const char* what);

  bool bit(AdaptiveBit& model);
  unsigned symbol(const FrequencyTable& table);
  std::uint32_t raw_bits(unsigned count);
  // Throws Error{kBadInput} unless the stream ends where an encoder of the decisions decoded so far
  // would have ended it, at the latest. A stream that was cut off cannot be told from its bytes.
  void finish() const;

 private:
  std::uint32_t slot(std::uint64_t unit, unsigned precision) const;
  void refill();
  std::uint32_t next_word();

  ByteView bytes_;
  const char* what_;
  std::size_t position_ = 0;  // runs on behind the end
  std::uint64_t code_ = 0;
  std::uint64_t range_ = UINT64_MAX;
};

// The calls are inline: they are the inner loop of every codec that uses them.

inline void RangeEncoder::narrow(std::uint64_t start, std::uint64_t width) {
  low_ += start;
  if (__builtin_expect(static_cast<long>(low_ < start), 0) != 0) carry();
  range_ = width;
  if (__builtin_expect(static_cast<long>(range_ < kRangeBottom), 0) != 0) shift_out();
}

inline void RangeEncoder::bit(AdaptiveBit& model, bool bit) {
  const std::uint64_t bound = (range_ >> AdaptiveBit::kPrecision) * model.probability_of_zero();
  narrow(bit ? bound : 0, bit ? range_ - bound : bound);
  model.update(bit);
}

inline void RangeEncoder::symbol(const FrequencyTable& table, unsigned symbol) {
  const std::uint64_t unit = range_ >> table.precision();
  narrow(unit * table.start(symbol), unit * table.frequency(symbol));
}

inline void RangeEncoder::raw_bits(std::uint32_t value, unsigned count) {
  const std::uint64_t unit = range_ >> count;
  narrow(unit * (value & ((1U << count) - 1)), unit);
}

inline void RangeDecoder::refill() {
  if (__builtin_expect(static_cast<long>(range_ < kRangeBottom), 0) == 0) return;
  code_ = code_ << 32 | next_word();
  range_ <<= 32;
}

inline bool RangeDecoder::bit(AdaptiveBit& model) {
  const std::uint64_t bound = (range_ >> AdaptiveBit::kPrecision) * model.probability_of_zero();
  const bool bit = code_ >= bound;
  code_ -= bit ? bound : 0;
  range_ = bit ? range_ - bound : bound;
  refill();
  model.update(bit);
  return bit;
}

inline std::uint32_t RangeDecoder::slot(std::uint64_t unit, unsigned precision) const {
  const std::uint64_t top = (1U << precision) - 1;
  const std::uint64_t slot = code_ / unit;
  // What rounding left of the range belongs to no slot: no encoder's code is there.
  return static_cast<std::uint32_t>(slot < top ? slot : top);
}

inline unsigned RangeDecoder::symbol(const FrequencyTable& table) {
  const std::uint64_t unit = range_ >> table.precision();
  FrequencyTable::Interval interval = table.guess();
  // A right guess saves a division and the look-up behind it.
  if (code_ - unit * interval.start >= unit * interval.frequency) {
    interval = table.interval_at(slot(unit, table.precision()));
  }
  code_ -= unit * interval.start;
  range_ = unit * interval.frequency;
  refill();
  return interval.symbol;
}

inline std::uint32_t RangeDecoder::raw_bits(unsigned count) {
  const std::uint64_t unit = range_ >> count;
  const std::uint32_t value = slot(unit, count);
  code_ -= unit * value;
  range_ = unit;
  refill();
  return value;
}

}  // namespace splitbench
