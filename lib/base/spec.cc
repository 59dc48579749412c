#include "base/spec.h"

#include <charconv>
#include <cmath>
#include <cstddef>

#include "base/error.h"

namespace splitbench {
namespace {

constexpr std::size_t kMaxExpansion = 100'000;

// Splits at `separator` outside double quotes; the quotes stay.
std::vector<std::string> split_unquoted(const std::string& text, char separator) {
  std::vector<std::string> parts(1);
  bool quoted = false;
  for (const char c : text) {
    if (c == '"') quoted = !quoted;
    if (c == separator && !quoted) {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  if (quoted) throw bad_input("spec '" + text + "': a double quote is not closed");
  return parts;
}

std::string unquote(const std::string& value) {
  std::string plain;
  for (const char c : value) {
    if (c != '"') plain += c;
  }
  return plain;
}

// The name and the still quoted options.
Spec parse_quoted(const std::string& text) {
  const std::vector<std::string> parts = split_unquoted(text, ':');
  Spec spec;
  spec.name = parts.front();
  if (spec.name.empty() || spec.name.find('"') != std::string::npos) {
    throw bad_input("spec '" + text +
                    "' has no plain name; write name:key=value, e.g. jpeg:quality=80");
  }
  for (std::size_t i = 1; i < parts.size(); ++i) {
    const std::size_t equals = parts[i].find('=');
    if (equals == std::string::npos || equals == 0) {
      throw bad_input("spec '" + text + "': '" + parts[i] + "' is not key=value");
    }
    const std::string key = parts[i].substr(0, equals);
    if (key.find('"') != std::string::npos) {
      throw bad_input("spec '" + text + "': only values may be quoted, not the key of '" +
                      parts[i] + "'");
    }
    if (!spec.options.emplace(key, parts[i].substr(equals + 1)).second) {
      throw bad_input("spec '" + text + "': key '" + key + "' is given twice");
    }
  }
  return spec;
}

// Paths may begin with "..".
bool is_range(const std::string& item) {
  return item.find_first_of("\"/") == std::string::npos && item.find("..") != std::string::npos;
}

// `a..b` or `a..b+step`, both ends included.
std::vector<std::string> expand_range(const std::string& item) {
  const std::string where = "range '" + item + "'";
  const std::size_t dots = item.find("..");
  const std::size_t plus = item.find('+', dots);
  const double first = parse_number(item.substr(0, dots), where);
  const double last = parse_number(
      item.substr(dots + 2, plus == std::string::npos ? std::string::npos : plus - dots - 2),
      where);
  const double step = plus == std::string::npos ? 1 : parse_number(item.substr(plus + 1), where);
  if (step <= 0) throw bad_input(where + ": the step must be positive");
  if (last < first) throw bad_input(where + ": its end is below its start");
  const double count = std::floor((last - first) / step + 1e-9) + 1;
  if (count > kMaxExpansion) throw bad_input(where + " has more than 100000 values");
  std::vector<std::string> values;
  for (double i = 0; i < count; ++i) {
    // Rounded to nine digits, so that 0.1..0.5+0.1 yields 0.3 and not 0.30000000000000004.
    const double value = first + i * step;
    values.push_back(format_number(std::round(value * 1e9) / 1e9));
  }
  return values;
}

std::vector<std::string> expand_value(const std::string& value) {
  std::vector<std::string> values;
  for (const std::string& item : split_unquoted(value, ',')) {
    if (is_range(item)) {
      for (std::string& number : expand_range(item)) values.push_back(std::move(number));
    } else {
      values.push_back(unquote(item));
    }
  }
  return values;
}

}  // namespace

std::string Spec::canonical() const {
  std::string text = name;
  for (const auto& [key, value] : options) {
    const bool quote =
        value.find_first_of(":,") != std::string::npos || value.find("..") != std::string::npos;
    text += ":" + key + "=" + (quote ? "\"" + value + "\"" : value);
  }
  return text;
}

Spec parse_spec(const std::string& text) {
  Spec spec = parse_quoted(text);
  for (auto& [key, value] : spec.options) value = unquote(value);
  return spec;
}

std::vector<Spec> expand_spec(const std::string& text) {
  const Spec quoted = parse_quoted(text);
  std::vector<Spec> specs = {Spec{quoted.name, {}}};
  for (const auto& [key, value] : quoted.options) {
    const std::vector<std::string> values = expand_value(value);
    if (specs.size() * values.size() > kMaxExpansion) {
      throw bad_input("spec '" + text + "' stands for more than 100000 combinations");
    }
    std::vector<Spec> product;
    for (const Spec& spec : specs) {
      for (const std::string& item : values) {
        product.push_back(spec);
        product.back().options[key] = item;
      }
    }
    specs = std::move(product);
  }
  return specs;
}

double parse_number(const std::string& value, const std::string& where) {
  double number = 0;
  const char* end = value.data() + value.size();
  const auto [rest, error] = std::from_chars(value.data(), end, number);
  if (error != std::errc() || rest != end || !std::isfinite(number)) {
    throw bad_input(where + ": '" + value + "' is not a number");
  }
  return number;
}

long long parse_integer(const std::string& value, const std::string& where) {
  long long number = 0;
  const char* end = value.data() + value.size();
  const auto [rest, error] = std::from_chars(value.data(), end, number);
  if (error != std::errc() || rest != end) {
    throw bad_input(where + ": '" + value + "' is not a whole number");
  }
  return number;
}

std::string format_number(double value) {
  char text[32];
  // Whole numbers stay whole: 100000, not 1e+05, which is no integer to parse_integer().
  const bool whole = std::floor(value) == value && std::fabs(value) < 1e15;
  const double shown = value == 0 ? 0 : value;  // no negative zero: equal values, equal text
  const auto result = whole ? std::to_chars(text, text + sizeof text, static_cast<long long>(shown))
                            : std::to_chars(text, text + sizeof text, shown);
  return std::string(text, result.ptr);
}

}  // namespace splitbench
