// JSON read in one pass and without a tree, for lines of which there may be very many.
//
// Only what is written plainly: ASCII strings without escapes, numbers that a double or 64 bits
// hold. Whatever else comes makes it fail, without a word: the caller then takes io/json.h, which
// reads everything and says what is wrong. What it does accept has the same value there. After a
// failure all calls return nothing. Private to lib/io; not thread-safe.
#pragma once

#include <cstdint>
#include <string_view>

namespace splitbench {

class PlainJson {
 public:
  explicit PlainJson(std::string_view text) : at_(text.data()), end_(at_ + text.size()) {}

  bool failed() const { return failed_; }
  void fail() { failed_ = true; }
  void require(bool condition) { failed_ = failed_ || !condition; }

  // Calls `member(key)` for each member of an object, which takes its value.
  template <typename Member>
  void object(Member member);
  // Calls `item()` for each element of an array, which takes it.
  template <typename Item>
  void array(Item item);
  std::string_view text();
  double number();
  std::uint64_t count();
  bool boolean();
  // Takes a null if one is there.
  bool null() { return take_word("null"); }
  // Fails when anything but white space is left.
  void end();

 private:
  void skip_space() {
    while (at_ != end_ && (*at_ == ' ' || *at_ == '\t' || *at_ == '\r' || *at_ == '\n')) ++at_;
  }
  // Takes the character if it is next.
  bool take(char c) {
    skip_space();
    if (at_ == end_ || *at_ != c) return false;
    ++at_;
    return true;
  }
  bool take_word(std::string_view word);
  void take_digits();

  const char* at_;
  const char* end_;
  bool failed_ = false;
};

template <typename Member>
void PlainJson::object(Member member) {
  require(take('{'));
  if (failed_ || take('}')) return;
  do {
    const std::string_view key = text();
    require(take(':'));
    if (failed_) return;
    member(key);
  } while (!failed_ && take(','));
  require(take('}'));
}

template <typename Item>
void PlainJson::array(Item item) {
  require(take('['));
  if (failed_ || take(']')) return;
  do {
    item();
  } while (!failed_ && take(','));
  require(take(']'));
}

}  // namespace splitbench
