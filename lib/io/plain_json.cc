#include "io/plain_json.h"

#include <charconv>
#include <system_error>

namespace splitbench {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

std::string_view PlainJson::text() {
  require(take('"'));
  const char* start = at_;
  while (at_ != end_ && *at_ != '"' && *at_ != '\\' && *at_ >= ' ' && *at_ < 0x7f) ++at_;
  require(at_ != end_ && *at_ == '"');
  if (failed_) return {};
  const std::string_view text(start, static_cast<std::size_t>(at_ - start));
  ++at_;
  return text;
}

void PlainJson::take_digits() {
  require(at_ != end_ && is_digit(*at_));
  while (at_ != end_ && is_digit(*at_)) ++at_;
}

double PlainJson::number() {
  skip_space();
  const char* start = at_;
  const bool negative = at_ != end_ && *at_ == '-';
  if (negative) ++at_;
  const bool zero = at_ != end_ && *at_ == '0';
  const char* digits = at_;
  take_digits();
  require(!zero || at_ == digits + 1);
  bool whole = true;
  if (at_ != end_ && *at_ == '.') {
    ++at_;
    whole = false;
    take_digits();
  }
  if (at_ != end_ && (*at_ == 'e' || *at_ == 'E')) {
    ++at_;
    whole = false;
    if (at_ != end_ && (*at_ == '+' || *at_ == '-')) ++at_;
    take_digits();
  }
  require(!(negative && zero && whole));  // a whole number has no negative zero there
  if (failed_) return 0;
  double value = 0;
  require(std::from_chars(start, at_, value).ec == std::errc());
  return value;
}

std::uint64_t PlainJson::count() {
  skip_space();
  const char* start = at_;
  take_digits();
  require(!failed_ && (*start != '0' || at_ == start + 1));
  require(at_ == end_ || (*at_ != '.' && *at_ != 'e' && *at_ != 'E'));
  if (failed_) return 0;
  std::uint64_t value = 0;
  require(std::from_chars(start, at_, value).ec == std::errc());
  return value;
}

bool PlainJson::boolean() {
  if (take_word("true")) return true;
  require(take_word("false"));
  return false;
}

void PlainJson::end() {
  skip_space();
  require(at_ == end_);
}

bool PlainJson::take_word(std::string_view word) {
  skip_space();
  const std::string_view left(at_, static_cast<std::size_t>(end_ - at_));
  if (left.substr(0, word.size()) != word) return false;
  at_ += word.size();
  return true;
}

}  // namespace splitbench
