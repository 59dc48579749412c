#include "io/json_text.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "io/json.h"

namespace splitbench {
namespace {

bool is_plain(char c) { return c >= ' ' && c < 0x7f && c != '"' && c != '\\'; }

void append_string(std::string& text, std::string_view value) {
  if (std::all_of(value.begin(), value.end(), is_plain)) {
    text += '"';
    text += value;
    text += '"';
  } else {
    text += compact_text(Json(std::string(value)));
  }
}

}  // namespace

void JsonText::begin() {
  text_ += '{';
  first_ = true;
}

void JsonText::end() {
  text_ += '}';
  first_ = false;
}

void JsonText::key(std::string_view name) {
  if (!first_) text_ += ',';
  first_ = false;
  text_ += '"';
  text_ += name;
  text_ += "\":";
}

void JsonText::null() { text_ += "null"; }

void JsonText::set(std::string_view name, double value) {
  key(name);
  number(name, value);
}

void JsonText::set_flag(std::string_view name, bool value) {
  key(name);
  text_ += value ? "true" : "false";
}

void JsonText::set(std::string_view name, std::string_view value) {
  key(name);
  append_string(text_, value);
}

void JsonText::set(std::string_view name, double low, double high) {
  key(name);
  text_ += '[';
  number(name, low);
  text_ += ',';
  number(name, high);
  text_ += ']';
}

void JsonText::set_null(std::string_view name, std::string_view reason) {
  key(name);
  text_ += "null,\"";
  text_ += name;
  text_ += "_reason\":";
  append_string(text_, reason);
}

void JsonText::set_or_null(std::string_view name, const std::optional<double>& value,
                           std::string_view reason) {
  if (value) {
    set(name, *value);
  } else {
    set_null(name, reason);
  }
}

void JsonText::number(std::string_view name, double value) {
  if (!std::isfinite(value)) {
    throw runtime_failure(std::string(what_) + ": " + std::string(name) +
                          " is not a finite number and cannot be written");
  }
  append_number(text_, value);
}

}  // namespace splitbench
