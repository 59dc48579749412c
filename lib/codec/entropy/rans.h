// The entropy coder of splitbench: range asymmetric numeral systems (Duda 2013) with several states
// that take turns, so that a processor works on as many symbols at once. Coding neither divides nor
// branches on data.
//
// What is coded are intervals: a symbol's part of the slots [0, 2^precision), be it of a table
// (NibbleTable, or one of the caller's), of an adaptive binary decision (AdaptiveBit) or of bits
// without a model. The last
// interval is coded first, so an encoder collects them all before it writes.
//
// Several states would cost some bytes each, for each has to start somewhere. Here only one exists
// at first, with the value 1; the first words that it would write become the other states instead.
// So short streams have one state, and in long ones it is only the last few symbols that do not
// take turns. To a decoder this comes as follows: all words are read, and a state wants one more.
// From then on that state works alone, and the others are its words.
//
// The stream, all little-endian: the states (4 bytes each), that of the first interval first, and
// 16-bit words. Where fewer states exist than may: the words that are to be states, the latest
// first, and the one that works, without the zeros at its end. Integers only: the same bytes on
// every platform.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/bytes.h"
#include "codec/entropy/adaptive_bit.h"
#include "codec/entropy/nibble_table.h"

namespace splitbench {

constexpr std::size_t kMaxRansStates = 8;
// Above kMaxIntervalPrecision there are no tables of nibbles, and encoding divides.
constexpr unsigned kMaxRansPrecision = 16;
constexpr std::uint32_t kLowestRansState = 1U << 16;  // but for the only one

// The interval of the low `bits` <= precision bits of a value, all equally likely.
constexpr CodeInterval raw_interval(std::uint32_t value, unsigned bits, unsigned precision) {
  return {static_cast<std::uint16_t>(value << (precision - bits)),
          static_cast<std::uint16_t>(1U << (precision - bits))};
}

// The stream of `count` intervals in slots of `precision` <= kMaxRansPrecision bits, with 1, 2, 4
// or 8 states. Frequencies are at least 1.
Bytes encode_intervals(const CodeInterval* intervals, std::size_t count, unsigned precision,
                       std::size_t states);

// Reads outside the bytes never happen: what is missing is zeros. Whatever the bytes, each call
// returns some symbol that its model allows; finish() tells a damaged stream. Not thread-safe; one
// per stream. Bytes and text must outlive it. Exists for precisions 10 and 12, and for 16 with one
// state and without symbols of NibbleTables.
template <unsigned kPrecision, std::size_t kStates>
class RansDecoder {
  static_assert(kPrecision <= kMaxRansPrecision && kStates <= kMaxRansStates);

 public:
  // `what` names the stream in messages.
  RansDecoder(ByteView bytes, const char* what);

  unsigned symbol(const NibbleTable<kPrecision>& table) {
    const unsigned symbol = step(states_[turn_], table);
    pass_turn();
    return symbol;
  }
  // Symbol i is one of tables[numbers[i]].
  template <typename Number>
  void symbols(const NibbleTable<kPrecision>* tables, const Number* numbers, std::uint8_t* symbols,
               std::size_t count) {
    std::size_t i = 0;
    for (; kStates > 1 && i < count && turn_ != 0; ++i) {
      symbols[i] = to_byte(symbol(tables[numbers[i]]));
    }
    if (count < kFewTurns * kStates) {
      take_turns(states_, tables, numbers, symbols, count, i);
    } else {
      States states = states_;  // in registers
      take_turns(states, tables, numbers, symbols, count, i);
      states_ = states;
    }
    for (; i < count; ++i) symbols[i] = to_byte(symbol(tables[numbers[i]]));
  }
  // For tables of the caller's: the slot that comes next, and on behind the interval that holds it.
  std::uint32_t slot() const { return states_[turn_] % kTotal; }
  void take(CodeInterval interval) {
    std::uint32_t& state = states_[turn_];
    state = interval.frequency * (state >> kPrecision) + state % kTotal - interval.start;
    refill(state);
    pass_turn();
  }
  // With the model's probability, which then learns the bit.
  bool bit(AdaptiveBit& model) {
    const CodeInterval one = model.interval(true, kPrecision);
    std::uint32_t& state = states_[turn_];
    const std::uint32_t slot = state % kTotal;
    const bool bit = slot >= one.start;
    const std::uint32_t start = bit ? one.start : 0;
    const std::uint32_t frequency = bit ? one.frequency : one.start;
    state = frequency * (state >> kPrecision) + slot - start;
    refill(state);
    pass_turn();
    model.update(bit);
    return bit;
  }
  // count <= kPrecision.
  std::uint32_t raw_bits(unsigned count) {
    std::uint32_t& state = states_[turn_];
    const std::uint32_t slot = state % kTotal;
    const std::uint32_t frequency = kTotal >> count;
    state = frequency * (state >> kPrecision) + slot % frequency;
    refill(state);
    pass_turn();
    return slot >> (kPrecision - count);
  }

  // Throws Error{kBadInput} unless the stream ends here as encode_intervals() has ended it.
  void finish() const;

 private:
  using States = std::array<std::uint32_t, kStates>;

  static constexpr std::uint32_t kTotal = 1U << kPrecision;
  static constexpr std::size_t kWordBytes = sizeof(std::uint16_t);

  // Rounds for which it is not worth while to copy the states.
  static constexpr std::size_t kFewTurns = 4;
  // With few states a symbol waits for one shortly before, less so where a processor may guess that
  // no word is taken in. With many, wrong guesses cost more than arithmetic.
  static constexpr bool kGuesses = kStates <= 4;

  static std::uint8_t to_byte(unsigned symbol) { return static_cast<std::uint8_t>(symbol); }

  static unsigned next_symbol(std::uint32_t& state, const NibbleTable<kPrecision>& table) {
    const std::uint32_t slot = state % kTotal;
    const unsigned symbol = table.symbol_at(slot);
    const CodeInterval interval = table.interval(symbol);
    state = interval.frequency * (state >> kPrecision) + slot - interval.start;
    return symbol;
  }
  unsigned step(std::uint32_t& state, const NibbleTable<kPrecision>& table) {
    const unsigned symbol = next_symbol(state, table);
    refill(state);
    return symbol;
  }

  void pass_turn() { turn_ = alone_ ? turn_ : (turn_ + 1) % kStates; }

  bool has_words(std::size_t count) const { return count * kWordBytes <= bytes_.size - position_; }
  // Whole rounds while there are words for all states, so that none has to look for the end.
  template <typename Number>
  void take_turns(States& states, const NibbleTable<kPrecision>* tables, const Number* numbers,
                  std::uint8_t* symbols, std::size_t count, std::size_t& i) {
    std::size_t position = position_;  // as a local, for stores of bytes might change any member
    const ByteView bytes = bytes_;
    for (; i + kStates <= count && kStates * kWordBytes <= bytes.size - position; i += kStates) {
      for (std::size_t turn = 0; turn < kStates; ++turn) {
        std::uint32_t state = states[turn];
        symbols[i + turn] = to_byte(next_symbol(state, tables[numbers[i + turn]]));
        states[turn] = refilled(state, bytes.data, position);
      }
    }
    position_ = position;
  }

  // A state below the lowest takes in a word.
  static std::uint32_t refilled(std::uint32_t state, const std::uint8_t* bytes,
                                std::size_t& position) {
    const std::uint8_t* at = bytes + position;
    if constexpr (kGuesses) {
      if (state >= kLowestRansState) return state;
      position += kWordBytes;
      return state << 16 | at[0] | std::uint32_t{at[1]} << 8;
    }
    const std::uint32_t low = state < kLowestRansState ? 1 : 0;
    const std::uint32_t word = (std::uint32_t{at[0]} | std::uint32_t{at[1]} << 8) & (0U - low);
    position += low * kWordBytes;
    return state << (16 * low) | word;
  }
  void refill(std::uint32_t& state) {
    if (has_words(1)) {
      state = refilled(state, bytes_.data, position_);
    } else if (state < kLowestRansState) {
      refill_from_states(state);
    }
  }
  void refill_from_states(std::uint32_t& state);

  ByteView bytes_;
  const char* what_;
  std::size_t position_ = 0;  // never behind the end
  std::size_t turn_ = 0;
  bool alone_ = false;     // whether the state whose turn it is works alone
  std::size_t words_ = 0;  // that the states behind it still are, the latest first
  bool damaged_ = false;
  States states_{};
};

extern template class RansDecoder<10, 1>;
extern template class RansDecoder<10, 2>;
extern template class RansDecoder<10, 4>;
extern template class RansDecoder<10, 8>;
extern template class RansDecoder<12, 1>;
extern template class RansDecoder<12, 2>;
extern template class RansDecoder<12, 4>;
extern template class RansDecoder<12, 8>;

}  // namespace splitbench
