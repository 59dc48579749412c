#include "codec/entropy/range_coder.h"

#include <algorithm>
#include <string>
#include <utility>

#include "base/error.h"

namespace splitbench {
namespace {

constexpr std::size_t kWordBytes = sizeof(std::uint32_t);
constexpr unsigned kStateBits = 64;

}  // namespace

void RangeEncoder::carry() {
  for (std::size_t i = bytes_.size(); i-- > 0 && ++bytes_[i] == 0;) {
  }
}

void RangeEncoder::shift_out() {
  std::uint8_t word[kWordBytes];
  for (std::size_t i = 0; i < kWordBytes; ++i, low_ <<= 8) {
    word[i] = static_cast<std::uint8_t>(low_ >> (kStateBits - 8));
  }
  bytes_.insert(bytes_.end(), word, word + kWordBytes);
  range_ <<= 8 * kWordBytes;
}

Bytes RangeEncoder::finish() {
  // Of all codes in [low, low + range) the one with the most zeros at its end.
  for (unsigned zeros = kStateBits - 1; zeros > 0; --zeros) {
    const std::uint64_t up = (0 - low_) & ((std::uint64_t{1} << zeros) - 1);
    if (up >= range_) continue;
    low_ += up;
    if (low_ < up) carry();
    break;
  }
  shift_out();
  shift_out();
  while (!bytes_.empty() && bytes_.back() == 0) bytes_.pop_back();
  return std::move(bytes_);
}

RangeDecoder::RangeDecoder(ByteView bytes, const char* what) : bytes_(bytes), what_(what) {
  code_ = next_word();
  code_ = code_ << 32 | next_word();
}

std::uint32_t RangeDecoder::next_word() {
  std::uint32_t word = 0;
  for (std::size_t i = 0; i < kWordBytes; ++i, ++position_) {
    word = word << 8 | (position_ < bytes_.size ? bytes_.data[position_] : 0U);
  }
  return word;
}

void RangeDecoder::finish() const {
  // The encoder writes as many bytes as the decoder has taken in, less the zeros at the end.
  if (position_ < bytes_.size) {
    throw bad_input(std::string(what_) + ": " + std::to_string(bytes_.size - position_) +
                    " bytes follow its end");
  }
  if (bytes_.size > 0 && bytes_.data[bytes_.size - 1] == 0) {
    throw bad_input(std::string(what_) + ": its last byte is 0, which no encoder writes");
  }
}

}  // namespace splitbench
