#include "codec/entropy/range_coder.h"

#include <string>

#include "base/error.h"

namespace splitbench {
namespace {

constexpr std::size_t kStateBytes = sizeof(std::uint32_t);

}  // namespace

Bytes RangeEncoder::finish() {
  // Of all codes in [low, low + range) the one with the most zeros at its end.
  for (unsigned zeros = 31; zeros > 0; --zeros) {
    const std::uint64_t step = std::uint64_t{1} << zeros;
    const std::uint64_t code = (std::uint64_t{low_} + step - 1) / step * step;
    if (code >= std::uint64_t{low_} + range_) continue;
    if (code >> 32 != 0) carry();
    low_ = static_cast<std::uint32_t>(code);
    break;
  }
  for (std::size_t i = 0; i < kStateBytes; ++i, low_ <<= 8) {
    bytes_.push_back(static_cast<std::uint8_t>(low_ >> 24));
  }
  while (!bytes_.empty() && bytes_.back() == 0) bytes_.pop_back();
  return std::move(bytes_);
}

RangeDecoder::RangeDecoder(ByteView bytes, const char* what) : bytes_(bytes), what_(what) {
  for (std::size_t i = 0; i < kStateBytes; ++i) code_ = code_ << 8 | next_byte();
}

void RangeDecoder::finish() const {
  // The encoder writes four bytes more than the decoder has shifted out, less zeros at the end.
  if (position_ < bytes_.size) {
    throw bad_input(std::string(what_) + ": " + std::to_string(bytes_.size - position_) +
                    " bytes follow its end");
  }
}

}  // namespace splitbench
