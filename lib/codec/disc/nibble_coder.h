// An entropy coder for alphabets of 16 symbols with fixed tables: range asymmetric numeral systems
// (Duda 2013) with several states that take turns, so that a processor works on as many symbols at
// once. Coding a symbol neither divides nor branches on data.
//
// The stream: every state (4 bytes), then 16-bit words, all little-endian. Integers only: the same
// bytes on every platform. Not thread-safe; one per stream.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

#include "base/bytes.h"

namespace splitbench::disc {

constexpr unsigned kSymbols = 16;
constexpr unsigned kPrecision = 10;  // frequencies add up to 2^kPrecision
constexpr std::uint32_t kTotal = 1U << kPrecision;

// A symbol's part of the slots [0, kTotal).
struct Interval {
  std::uint16_t start;
  std::uint16_t frequency;
};

class NibbleTable {
 public:
  // `frequencies` are at least 1 and add up to kTotal.
  explicit NibbleTable(const std::array<std::uint16_t, kSymbols>& frequencies);

  Interval interval(unsigned symbol) const { return intervals_[symbol]; }

  // The symbol whose interval holds `slot` < kTotal.
  unsigned symbol_at(std::uint32_t slot) const { return symbols_[slot]; }

 private:
  // Small, so that many tables stay in a processor's cache.
  alignas(64) std::array<Interval, kSymbols> intervals_;
  std::array<std::uint8_t, kTotal> symbols_;  // by slot
};

// The interval of the low `count` bits of a value, all equally likely. count <= kPrecision.
inline Interval raw_interval(unsigned value, unsigned count) {
  return {static_cast<std::uint16_t>(value << (kPrecision - count)),
          static_cast<std::uint16_t>(kTotal >> count)};
}

constexpr std::size_t kMaxStates = 8;
constexpr std::uint32_t kLowestState = 1U << 16;

// The stream of these intervals with 1, 2, 4 or 8 states: interval i goes to state i % states.
Bytes encode_intervals(const Interval* intervals, std::size_t count, std::size_t states);

// Decoding never reads outside the bytes: behind their end it finds zeros. Whatever the bytes, each
// call returns some symbol that its table allows; finish() tells a damaged stream.
template <std::size_t kStates>
class NibbleDecoder {
 public:
  NibbleDecoder(ByteView bytes, const char* what) : bytes_(bytes), what_(what) {
    for (std::uint32_t& state : states_) {
      const std::uint32_t low = word_at(position_);
      const std::uint32_t high = word_at(position_ + sizeof(std::uint16_t));
      state = low | high << 16;
      position_ += sizeof state;
    }
  }

  unsigned symbol(const NibbleTable& table) {
    const unsigned symbol = step(states_[turn_], position_, table);
    turn_ = (turn_ + 1) % kStates;
    return symbol;
  }

  // Symbol i is one of tables[numbers[i]].
  void symbols(const NibbleTable* tables, const std::uint16_t* numbers, std::uint8_t* symbols,
               std::size_t count) {
    std::size_t i = 0;
    for (; i < count && turn_ != 0; ++i) {
      symbols[i] = static_cast<std::uint8_t>(symbol(tables[numbers[i]]));
    }
    // With few states a symbol waits for one shortly before, less so where a processor may guess
    // that no word is taken in. With many, wrong guesses cost more than arithmetic.
    constexpr std::size_t kFewStates = 4;
    // Copies, which stay in registers. Each step takes in at most a word: while there is one for
    // all states, none has to look for the end.
    std::array<std::uint32_t, kStates> states = states_;
    std::size_t position = position_;
    const std::uint8_t* const data = bytes_.data;
    const std::size_t size = bytes_.size;
    constexpr std::size_t kTurn = kStates * sizeof(std::uint16_t);
    for (; i + kStates <= count && position + kTurn <= size; i += kStates) {
      for (std::size_t turn = 0; turn < kStates; ++turn) {
        const NibbleTable& table = tables[numbers[i + turn]];
        std::uint32_t& state = states[turn];
        const std::uint32_t slot = state % kTotal;
        const unsigned symbol = table.symbol_at(slot);
        const Interval interval = table.interval(symbol);
        state = interval.frequency * (state >> kPrecision) + (slot - interval.start);
        if constexpr (kStates <= kFewStates) {
          if (state < kLowestState) {
            state = state << 16 | word(data + position);
            position += sizeof(std::uint16_t);
          }
        } else {
          const std::uint32_t low = state < kLowestState ? 1 : 0;
          state = state << (16 * low) | (word(data + position) & (0U - low));
          position += low * sizeof(std::uint16_t);
        }
        symbols[i + turn] = static_cast<std::uint8_t>(symbol);
      }
    }
    states_ = states;
    position_ = position;
    for (; i < count; ++i) symbols[i] = static_cast<std::uint8_t>(symbol(tables[numbers[i]]));
  }

  unsigned raw_bits(unsigned count) {
    std::uint32_t& state = states_[turn_];
    const std::uint32_t slot = state % kTotal;
    const std::uint32_t value = slot >> (kPrecision - count);
    const std::uint32_t frequency = kTotal >> count;
    state = refilled(frequency * (state >> kPrecision) + slot % frequency, position_);
    turn_ = (turn_ + 1) % kStates;
    return value;
  }

  // Throws Error{kBadInput} unless the stream ends here as encode_intervals() has ended it.
  void finish() const;

 private:
  unsigned step(std::uint32_t& state, std::size_t& position, const NibbleTable& table) const {
    const std::uint32_t slot = state % kTotal;
    const unsigned symbol = table.symbol_at(slot);
    const Interval interval = table.interval(symbol);
    state = refilled(interval.frequency * (state >> kPrecision) + slot - interval.start, position);
    return symbol;
  }

  // A state below kLowestState takes in a word. Arithmetic: a branch would often be guessed wrong.
  std::uint32_t refilled(std::uint32_t state, std::size_t& position) const {
    const std::uint32_t low = state < kLowestState ? 1 : 0;
    const std::uint32_t word = word_at(position) & (0U - low);
    position += low * sizeof(std::uint16_t);
    return state << (16 * low) | word;
  }

  std::uint32_t word_at(std::size_t position) const {
    if (position + sizeof(std::uint16_t) > bytes_.size) return 0;
    return word(bytes_.data + position);
  }
  static std::uint16_t word(const std::uint8_t* at) {
    return static_cast<std::uint16_t>(at[0] | at[1] << 8);
  }

  ByteView bytes_;
  const char* what_;
  std::size_t position_ = 0;
  std::size_t turn_ = 0;
  std::array<std::uint32_t, kStates> states_;
};

extern template class NibbleDecoder<1>;
extern template class NibbleDecoder<2>;
extern template class NibbleDecoder<4>;
extern template class NibbleDecoder<8>;

}  // namespace splitbench::disc
