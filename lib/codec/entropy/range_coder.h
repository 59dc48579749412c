// The entropy coder of splitbench: a byte-wise range coder (after Martin 1979, with the carry
// propagated into the bytes already written), for symbols of a FrequencyTable, adaptive binary
// decisions, and bits without a model, in any mixture and in streaming order.
//
// Integers only, so the same decisions give the same bytes on every platform. The end of a stream
// costs at most 4 bytes; zero bytes at the end are not written, for the decoder reads zeros behind
// it. Not thread-safe; one per stream.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/bytes.h"
#include "codec/entropy/adaptive_bit.h"
#include "codec/entropy/frequency_table.h"

namespace splitbench {

constexpr std::uint32_t kRangeBottom = 1U << 24;  // the range is kept at or above it

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
  void narrow(std::uint32_t start, std::uint32_t width);
  void carry();

  Bytes bytes_;
  std::uint32_t low_ = 0;
  std::uint32_t range_ = 0xffffffffU;
};

// Decoding never reads outside the bytes and always ends: whatever the bytes, each call returns
// some value that its model allows. finish() tells a stream that was cut off or went on.
class RangeDecoder {
 public:
  // `what` names the stream in messages; bytes and text must outlive the decoder.
  RangeDecoder(ByteView bytes, const char* what);

  bool bit(AdaptiveBit& model);
  unsigned symbol(const FrequencyTable& table);
  std::uint32_t raw_bits(unsigned count);
  // Throws Error{kBadInput} unless the decoder stands at the end of the bytes.
  void finish() const;

 private:
  void refill();
  std::uint8_t next_byte();

  ByteView bytes_;
  const char* what_;
  std::size_t position_ = 0;
  std::uint32_t code_ = 0;
  std::uint32_t range_ = 0xffffffffU;
};

// The calls are inline: they are the inner loop of every codec that uses them.

inline void RangeEncoder::carry() {
  for (std::size_t i = bytes_.size(); i-- > 0 && ++bytes_[i] == 0;) {
  }
}

inline void RangeEncoder::narrow(std::uint32_t start, std::uint32_t width) {
  low_ += start;
  if (low_ < start) carry();
  range_ = width;
  while (range_ < kRangeBottom) {
    bytes_.push_back(static_cast<std::uint8_t>(low_ >> 24));
    low_ <<= 8;
    range_ <<= 8;
  }
}

inline void RangeEncoder::bit(AdaptiveBit& model, bool bit) {
  const std::uint32_t bound = (range_ >> AdaptiveBit::kPrecision) * model.probability_of_zero();
  if (bit) {
    narrow(bound, range_ - bound);
  } else {
    narrow(0, bound);
  }
  model.update(bit);
}

inline void RangeEncoder::symbol(const FrequencyTable& table, unsigned symbol) {
  const std::uint32_t unit = range_ >> table.precision();
  narrow(unit * table.start(symbol), unit * table.frequency(symbol));
}

inline void RangeEncoder::raw_bits(std::uint32_t value, unsigned count) {
  const std::uint32_t unit = range_ >> count;
  narrow(unit * (value & ((1U << count) - 1)), unit);
}

inline std::uint8_t RangeDecoder::next_byte() {
  const std::size_t at = position_++;
  return at < bytes_.size ? bytes_.data[at] : std::uint8_t{0};
}

inline void RangeDecoder::refill() {
  while (range_ < kRangeBottom) {
    code_ = code_ << 8 | next_byte();
    range_ <<= 8;
  }
}

inline bool RangeDecoder::bit(AdaptiveBit& model) {
  const std::uint32_t bound = (range_ >> AdaptiveBit::kPrecision) * model.probability_of_zero();
  const bool bit = code_ >= bound;
  if (bit) {
    code_ -= bound;
    range_ -= bound;
  } else {
    range_ = bound;
  }
  refill();
  model.update(bit);
  return bit;
}

inline unsigned RangeDecoder::symbol(const FrequencyTable& table) {
  const std::uint32_t unit = range_ >> table.precision();
  const std::uint32_t top = (1U << table.precision()) - 1;
  // Only damaged streams stand behind the last slot.
  const std::uint32_t slot = code_ / unit < top ? code_ / unit : top;
  const unsigned symbol = table.symbol_at(slot);
  code_ -= unit * table.start(symbol);
  range_ = unit * table.frequency(symbol);
  refill();
  return symbol;
}

inline std::uint32_t RangeDecoder::raw_bits(unsigned count) {
  const std::uint32_t unit = range_ >> count;
  const std::uint32_t top = (1U << count) - 1;
  const std::uint32_t value = code_ / unit < top ? code_ / unit : top;
  code_ -= unit * value;
  range_ = unit;
  refill();
  return value;
}

}  // namespace splitbench
