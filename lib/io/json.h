// JSON as the documents of splitbench use it: ordered and finite when written, checked when read.
//
// Private to lib/io: the only header that knows nlohmann::json. Include it in `.cc` files alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace splitbench {

// For writing; keys stay in the order in which they are set.
using Json = nlohmann::ordered_json;

// Pretty, with every array of plain values on one line, and a newline at the end.
// Throws Error{kRuntime} naming `what` and the JSON path of a number that is not finite: nlohmann
// would write null without saying why.
// Where the document has a part_mark(i), it calls the i-th of `parts` to append JSON of its own.
using TextPart = std::function<void(std::string& text)>;
std::string document_text(const Json& document, const std::string& what,
                          const std::vector<TextPart>& parts = {});
Json part_mark(std::size_t part);
// On one line, newline at the end; throws as document_text().
std::string line_text(const Json& document, const std::string& what);

// A value on one line, without its newline; bytes that are not UTF-8 become U+FFFD.
std::string compact_text(const Json& value);
// A finite number, in the digits in which the functions above write it.
void append_number(std::string& text, double value);

// Sets `key` to the value, or to null and `<key>_reason` to the reason.
template <typename T>
void set_or_null(Json& object, const std::string& key, const std::optional<T>& value,
                 const std::string& reason) {
  object[key] = value ? Json(*value) : Json(nullptr);
  if (!value) object[key + "_reason"] = reason;
}

// Text from a file as a JSON string of at most some 80 characters: safe to show in a message.
std::string shown(const std::string& text);

// Throws Error{kBadInput} starting with `file`: not JSON, ill-formed UTF-8, a repeated key, or
// nesting beyond 64 levels.
nlohmann::json parse_json(const std::string& text, const std::string& file);

// The numbers that a key may hold, ends included.
struct NumberRange {
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();
};
constexpr NumberRange kAnyNumber = {};
constexpr NumberRange kNotNegative = {0, std::numeric_limits<double>::infinity()};
constexpr NumberRange kZeroToOne = {0, 1};

// A value inside a parsed file that knows where it stands, for messages like
// "p.json: data.splits[3].head.latency_s.median is missing". The parsed file must outlive it.
// All accessors throw Error{kBadInput} when the value is not what is asked for.
class JsonNode {
 public:
  JsonNode(const nlohmann::json& value, std::string file, std::string path = "")
      : value_(&value), file_(std::move(file)), path_(std::move(path)) {}

  // A member of this object.
  JsonNode at(const std::string& key) const;
  // The same, unset when it is absent or null.
  std::optional<JsonNode> find(const std::string& key) const;
  // The elements of this array.
  std::vector<JsonNode> items() const;
  // The members of this object, sorted by key.
  std::vector<std::pair<std::string, JsonNode>> members() const;

  std::string text() const;
  bool boolean() const;
  double number(const NumberRange& range = kAnyNumber) const;
  // A whole number of at least 0.
  std::uint64_t count() const;
  // A whole number from `minimum` to 2^31 - 1.
  int integer(int minimum) const;
  std::vector<double> numbers(const NumberRange& range = kAnyNumber) const;
  std::vector<std::string> texts() const;

  // Optional members: absent and null alike give an unset or empty value.
  std::optional<double> optional_number(const std::string& key,
                                        const NumberRange& range = kAnyNumber) const;
  std::string optional_text(const std::string& key) const;

  // Throws "<file>: <path> <problem>".
  [[noreturn]] void fail(const std::string& problem) const;

 private:
  void require(bool condition, const char* type) const;
  std::string child_path(const std::string& key) const;

  const nlohmann::json* value_;
  std::string file_;
  std::string path_;
};

}  // namespace splitbench
