#include "codec/entropy/rans.h"

#include <algorithm>
#include <memory>
#include <string>

#include "base/error.h"

namespace splitbench {
namespace {

constexpr std::size_t kStateBytes = sizeof(std::uint32_t);
constexpr std::size_t kWordBytes = sizeof(std::uint16_t);

// 2^64 / frequency, rounded up, whose product with any 32-bit number has the exact quotient in its
// upper 64 bits; for a frequency of 1 (2^64 does not fit) one takes the number itself.
using Wide = unsigned __int128;
constexpr std::size_t kMostFrequency = std::size_t{1} << kMaxIntervalPrecision;
struct Reciprocals {
  std::array<std::uint64_t, kMostFrequency + 1> of{};
  constexpr Reciprocals() {
    for (std::uint64_t frequency = 2; frequency <= kMostFrequency; ++frequency) {
      of[frequency] = ~std::uint64_t{0} / frequency + 1;
    }
  }
};
constexpr Reciprocals kReciprocals;

constexpr std::uint32_t quotient_by_product(std::uint32_t state, std::uint32_t frequency) {
  const Wide product = Wide{kReciprocals.of[frequency]} * state;
  return frequency == 1 ? state : static_cast<std::uint32_t>(product >> 64);
}

// Writes words backwards. With `kDivides` frequencies may be above kMostFrequency.
template <bool kDivides>
class Encoder {
 public:
  // `end`: behind the room for a word for each interval and one more.
  Encoder(unsigned precision, std::uint16_t* end) : precision_(precision), end_(end), next_(end) {}

  // Until there are `states` states: returns how many intervals are left.
  std::size_t code_alone(const CodeInterval* intervals, std::size_t count, std::size_t states) {
    for (; count > 0 && live_ < states; --count) {
      code(states_[0], intervals[count - 1]);
      if (next_ == end_) continue;
      states_[live_++] = kLowestRansState | *next_;
      next_ = end_;
    }
    return count;
  }

  // State 0 had its turn last.
  template <std::size_t kStates>
  void code_in_turns(const CodeInterval* intervals, std::size_t count) {
    first_ = (kStates - count % kStates) % kStates;
    Encoder encoder = *this;  // a copy, which stays in registers
    for (; count >= kStates; count -= kStates) {
      for (std::size_t turn = kStates; turn > 0; --turn) {
        encoder.code(encoder.states_[turn - 1], intervals[count - kStates + turn - 1]);
      }
    }
    *this = encoder;
    for (std::size_t turn = kStates; count > 0; --count, --turn) {
      code(states_[turn - 1], intervals[count - 1]);
    }
  }

  Bytes stream(std::size_t states) const {
    ByteWriter writer;
    if (live_ < states || (states == 1 && next_ == end_)) {
      for (std::size_t i = live_ - 1; i > 0; --i) {
        writer.u16(static_cast<std::uint16_t>(states_[i] & 0xffff));
      }
      writer.u32(states_[0]);
      Bytes bytes = writer.take();
      while (bytes.back() == 0) bytes.pop_back();
      return bytes;
    }
    for (std::size_t i = 0; i < states; ++i) writer.u32(states_[(first_ + i) % states]);
    Bytes bytes = writer.take();
    std::uint8_t* to = &*bytes.insert(
        bytes.end(), kWordBytes * static_cast<std::size_t>(end_ - next_), std::uint8_t{0});
    for (const std::uint16_t* word = next_; word != end_; ++word, to += kWordBytes) {
      to[0] = static_cast<std::uint8_t>(*word & 0xff);
      to[1] = static_cast<std::uint8_t>(*word >> 8);
    }
    return bytes;
  }

 private:
  void code(std::uint32_t& state, CodeInterval interval) {
    const std::uint32_t frequency = interval.frequency;
    // What would not fit goes out; the decoder takes it in when it would fall below the lowest.
    const std::uint32_t full = (state >> (32 - precision_)) >= frequency ? 1 : 0;
    next_[-1] = static_cast<std::uint16_t>(state);
    next_ -= full;
    state >>= 16 * full;
    const std::uint32_t times =
        kDivides ? state / frequency : quotient_by_product(state, frequency);
    state += times * ((1U << precision_) - frequency) + interval.start;
  }

  unsigned precision_;
  std::uint16_t* end_;
  std::uint16_t* next_;
  std::size_t live_ = 1;   // states that exist
  std::size_t first_ = 0;  // whose turn the first interval is
  std::array<std::uint32_t, kMaxRansStates> states_{1};
};

template <bool kDivides>
Bytes encode(const CodeInterval* intervals, std::size_t count, unsigned precision,
             std::size_t states) {
  const std::unique_ptr<std::uint16_t[]> words(new std::uint16_t[count + 1]);  // not initialised
  Encoder<kDivides> encoder(precision, words.get() + count + 1);
  const std::size_t left = encoder.code_alone(intervals, count, states);
  switch (states) {
    case 1:
      encoder.template code_in_turns<1>(intervals, left);
      break;
    case 2:
      encoder.template code_in_turns<2>(intervals, left);
      break;
    case 4:
      encoder.template code_in_turns<4>(intervals, left);
      break;
    default:
      encoder.template code_in_turns<8>(intervals, left);
      break;
  }
  return encoder.stream(states);
}

}  // namespace

Bytes encode_intervals(const CodeInterval* intervals, std::size_t count, unsigned precision,
                       std::size_t states) {
  return precision <= kMaxIntervalPrecision ? encode<false>(intervals, count, precision, states)
                                            : encode<true>(intervals, count, precision, states);
}

template <unsigned kPrecision, std::size_t kStates>
RansDecoder<kPrecision, kStates>::RansDecoder(ByteView bytes, const char* what)
    : bytes_(bytes), what_(what) {
  const auto read_state = [&] {
    std::uint32_t state = 0;
    for (unsigned i = 0; i < kStateBytes && position_ < bytes_.size; ++i, ++position_) {
      state |= std::uint32_t{bytes_.data[position_]} << (8 * i);
    }
    return state;
  };
  constexpr std::size_t kAllStates = kStates * kStateBytes;
  if (bytes.size > kAllStates || (bytes.size == kAllStates && kStates > 1)) {
    for (std::uint32_t& state : states_) state = read_state();
    return;
  }
  // In the order in which refill_from_states() comes by them: behind the first, from the end.
  alone_ = true;
  // A state that has given off words has at least 3 bytes; all states but one exist at most.
  constexpr std::size_t kMostWords = kStates > 1 ? kStates - 2 : 0;
  const std::size_t words = bytes.size <= kStateBytes ? 0 : (bytes.size - 3) / kWordBytes;
  words_ = std::min(words, kMostWords);
  for (std::size_t i = words_; i > 0; --i, position_ += kWordBytes) {
    states_[i] =
        kLowestRansState | bytes.data[position_] | std::uint32_t{bytes.data[position_ + 1]} << 8;
  }
  states_[0] = read_state();
  damaged_ = bytes.size == 0 || bytes.data[bytes.size - 1] == 0;
}

template <unsigned kPrecision, std::size_t kStates>
void RansDecoder<kPrecision, kStates>::refill_from_states(std::uint32_t& state) {
  if (!alone_) {
    alone_ = true;
    words_ = kStates - 1;
  }
  if (words_ == 0) return;
  const std::uint32_t word = states_[(turn_ + words_) % kStates];
  --words_;
  damaged_ = damaged_ || word >> 16 != 1;
  state = state << 16 | (word & 0xffff);
}

template <unsigned kPrecision, std::size_t kStates>
void RansDecoder<kPrecision, kStates>::finish() const {
  // Streams in which no state came to work alone have all their states at the start.
  const std::size_t words = alone_ ? words_ : kStates - 1;
  if (damaged_ || words != 0 || states_[turn_] != 1 || position_ != bytes_.size) {
    throw bad_input(std::string(what_) + ": its " + std::to_string(bytes_.size) +
                    " bytes are damaged, cut off or too many");
  }
}

template class RansDecoder<10, 1>;
template class RansDecoder<10, 2>;
template class RansDecoder<10, 4>;
template class RansDecoder<10, 8>;
template class RansDecoder<12, 1>;
template class RansDecoder<12, 2>;
template class RansDecoder<12, 4>;
template class RansDecoder<12, 8>;
template RansDecoder<16, 1>::RansDecoder(ByteView bytes, const char* what);
template void RansDecoder<16, 1>::finish() const;
template void RansDecoder<16, 1>::refill_from_states(std::uint32_t& state);

}  // namespace splitbench
