#include "io/base64.h"

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/error.h"

namespace splitbench {
namespace {

constexpr char kAlphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint8_t kInvalid = 64;

constexpr std::array<std::uint8_t, 256> decoding_table() {
  std::array<std::uint8_t, 256> table = {};
  for (std::uint8_t& value : table) value = kInvalid;
  for (std::uint8_t i = 0; i < kInvalid; ++i) table[static_cast<unsigned char>(kAlphabet[i])] = i;
  return table;
}

}  // namespace

std::string base64_encode(ByteView bytes) {
  std::string text;
  text.reserve((bytes.size + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size; i += 3) {
    const auto at = [&](std::size_t j) -> std::uint32_t {
      return j < bytes.size ? bytes.data[j] : 0;
    };
    const std::uint32_t group = at(i) << 16 | at(i + 1) << 8 | at(i + 2);
    text += kAlphabet[group >> 18];
    text += kAlphabet[group >> 12 & 63];
    text += i + 1 < bytes.size ? kAlphabet[group >> 6 & 63] : '=';
    text += i + 2 < bytes.size ? kAlphabet[group & 63] : '=';
  }
  return text;
}

Bytes base64_decode(const std::string& text) {
  constexpr std::array<std::uint8_t, 256> table = decoding_table();
  std::size_t symbols = text.size();
  while (symbols > 0 && text.size() - symbols < 2 && text[symbols - 1] == '=') --symbols;
  Bytes bytes;
  bytes.reserve(symbols * 3 / 4);
  std::uint32_t bits = 0;
  int held = 0;
  bool valid = text.size() % 4 == 0;
  for (std::size_t i = 0; i < symbols && valid; ++i) {
    const std::uint8_t value = table[static_cast<unsigned char>(text[i])];
    valid = value != kInvalid;
    bits = bits << 6 | value;
    held += 6;
    if (held >= 8) {
      held -= 8;
      bytes.push_back(static_cast<std::uint8_t>(bits >> held));
    }
  }
  // The last symbol's unused bits must be zero, so that every byte string has one text only.
  if (!valid || (bits & ((1u << held) - 1)) != 0) throw bad_input("not canonical base64");
  return bytes;
}

}  // namespace splitbench
