#include "codec/disc/nibble_coder.h"

#include <algorithm>
#include <memory>
#include <string>

#include "base/error.h"

namespace splitbench::disc {
namespace {

// 2^64 / frequency, rounded up, whose product with any 32-bit number has the exact quotient in its
// upper 64 bits; for a frequency of 1 (2^64 does not fit) one takes the number itself.
using Wide = unsigned __int128;
struct Reciprocals {
  std::array<std::uint64_t, kTotal + 1> of{};
  constexpr Reciprocals() {
    for (std::uint64_t frequency = 2; frequency <= kTotal; ++frequency) {
      of[frequency] = ~std::uint64_t{0} / frequency + 1;
    }
  }
};
constexpr Reciprocals kReciprocals;

std::uint32_t quotient(std::uint32_t state, std::uint32_t frequency) {
  const Wide product = Wide{kReciprocals.of[frequency]} * state;
  const auto divided = static_cast<std::uint32_t>(product >> 64);
  return frequency == 1 ? state : divided;
}

// Writes words backwards, from behind `end`; returns the first.
template <std::size_t kStates>
std::uint16_t* encode_backwards(const Interval* intervals, std::size_t count,
                                std::array<std::uint32_t, kMaxStates>& result, std::uint16_t* end) {
  std::array<std::uint32_t, kStates> states;
  states.fill(kLowestState);
  const auto encode = [&](std::uint32_t& state, Interval interval) {
    const std::uint32_t frequency = interval.frequency;
    // What would not fit goes out; the decoder takes it in when it would fall below kLowestState.
    const std::uint32_t full = (state >> (32 - kPrecision)) >= frequency ? 1 : 0;
    end[-1] = static_cast<std::uint16_t>(state);
    end -= full;
    state >>= 16 * full;
    const std::uint32_t times = quotient(state, frequency);
    state += times * (kTotal - frequency) + interval.start;
  };
  std::size_t i = count;
  for (; i % kStates != 0; --i) encode(states[(i - 1) % kStates], intervals[i - 1]);
  for (; i > 0; i -= kStates) {
    for (std::size_t turn = kStates; turn > 0; --turn) {
      encode(states[turn - 1], intervals[i - kStates + turn - 1]);
    }
  }
  std::copy(states.begin(), states.end(), result.begin());
  return end;
}

}  // namespace

NibbleTable::NibbleTable(const std::array<std::uint16_t, kSymbols>& frequencies) {
  std::uint32_t start = 0;
  for (unsigned symbol = 0; symbol < kSymbols; ++symbol) {
    const std::uint32_t frequency = frequencies[symbol];
    intervals_[symbol] = {static_cast<std::uint16_t>(start), frequencies[symbol]};
    std::fill_n(symbols_.begin() + start, frequency, static_cast<std::uint8_t>(symbol));
    start += frequency;
  }
}

Bytes encode_intervals(const Interval* intervals, std::size_t count, std::size_t states) {
  // At most a word for each interval, and room for one that is not kept.
  const std::unique_ptr<std::uint16_t[]> words(new std::uint16_t[count + 1]);
  std::uint16_t* end = words.get() + count + 1;
  std::array<std::uint32_t, kMaxStates> state{};
  const auto encode = [&] {
    switch (states) {
      case 1:
        return encode_backwards<1>(intervals, count, state, end);
      case 2:
        return encode_backwards<2>(intervals, count, state, end);
      case 4:
        return encode_backwards<4>(intervals, count, state, end);
      default:
        return encode_backwards<8>(intervals, count, state, end);
    }
  };
  const std::uint16_t* first = encode();
  ByteWriter writer;
  for (std::size_t turn = 0; turn < states; ++turn) writer.u32(state[turn]);
  Bytes bytes = writer.take();
  const std::size_t head = bytes.size();
  const auto kept = static_cast<std::size_t>(end - first);
  bytes.resize(head + kept * sizeof(std::uint16_t));
  std::uint8_t* at = bytes.data() + head;
  for (std::size_t i = 0; i < kept; ++i) {
    at[2 * i] = static_cast<std::uint8_t>(first[i] & 0xff);
    at[2 * i + 1] = static_cast<std::uint8_t>(first[i] >> 8);
  }
  return bytes;
}

template <std::size_t kStates>
void NibbleDecoder<kStates>::finish() const {
  const bool spent = std::all_of(states_.begin(), states_.end(),
                                 [](std::uint32_t state) { return state == kLowestState; });
  if (!spent || position_ != bytes_.size) {
    throw bad_input(std::string(what_) + ": its " + std::to_string(bytes_.size) +
                    " bytes are damaged, cut off or too many");
  }
}

template class NibbleDecoder<1>;
template class NibbleDecoder<2>;
template class NibbleDecoder<4>;
template class NibbleDecoder<8>;

}  // namespace splitbench::disc
