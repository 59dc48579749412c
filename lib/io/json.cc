#include "io/json.h"

#include <algorithm>
#include <climits>
#include <cmath>
#include <cstddef>
#include <new>
#include <set>

#include "base/error.h"
#include "base/spec.h"

namespace splitbench {
namespace {

constexpr int kMaxDepth = 64;
constexpr std::size_t kIndent = 1;
constexpr std::size_t kMaxShown = 80;
constexpr std::size_t kMaxReason = 200;

// Bytes that are not UTF-8 (they can come in through argv and file names) become U+FFFD.
template <typename AnyJson>
std::string compact(const AnyJson& value) {
  return value.dump(-1, ' ', false, AnyJson::error_handler_t::replace);
}

// The path of the first number that JSON cannot hold, or an empty string.
std::string non_finite_path(const Json& value, const std::string& path) {
  if (value.is_number_float()) return std::isfinite(value.get<double>()) ? "" : path;
  if (!value.is_structured()) return "";
  std::size_t index = 0;
  for (auto it = value.begin(); it != value.end(); ++it, ++index) {
    if (!it->is_structured() && !it->is_number_float()) continue;
    const std::string key = value.is_object() ? "." + it.key() : "[" + std::to_string(index) + "]";
    std::string found = non_finite_path(*it, path + key);
    if (!found.empty()) return found;
  }
  return "";
}

void require_finite(const Json& document, const std::string& what) {
  const std::string path = non_finite_path(document, "");
  if (path.empty()) return;
  throw runtime_failure(what + ": " + path.substr(path.front() == '.' ? 1 : 0) +
                        " is not a finite number and cannot be written");
}

bool fits_one_line(const Json& value) {
  return value.empty() || !value.is_structured() ||
         (value.is_array() && std::none_of(value.begin(), value.end(),
                                           [](const Json& item) { return item.is_structured(); }));
}

void print(const Json& value, std::size_t indent, const std::vector<TextPart>& parts,
           std::string& text) {
  if (value.is_binary()) return parts.at(value.get_binary().subtype())(text);
  if (fits_one_line(value)) {
    text += compact(value);
    return;
  }
  text += value.is_object() ? "{" : "[";
  bool first = true;
  for (auto it = value.begin(); it != value.end(); ++it) {
    text += first ? "\n" : ",\n";
    text.append(indent + kIndent, ' ');
    if (value.is_object()) text += compact(Json(it.key())) + ": ";
    print(*it, indent + kIndent, parts, text);
    first = false;
  }
  text += "\n" + std::string(indent, ' ') + (value.is_object() ? "}" : "]");
}

// "[json.exception.parse_error.101] parse error at line 1, column 5: syntax error ...; last read:
// '...'" without its first and last part: the last repeats the file's bytes, whatever they are.
std::string plain_reason(const std::string& what) {
  const std::size_t start = what.find("] ");
  const std::size_t from = start == std::string::npos ? 0 : start + 2;
  const std::size_t end = std::min(what.find("; last read"), what.size());
  return what.substr(from, std::min(end - from, kMaxReason));
}

// Refuses what a DOM would swallow: deep nesting (a stack overflow later on) and repeated keys
// (two readers might see two different documents). A pass of its own before the DOM's: the parser
// with a callback looks through all elements of a container whenever one of them ends.
class StructureGuard : public nlohmann::json_sax<nlohmann::json> {
 public:
  explicit StructureGuard(const std::string& file) : file_(file) {}

  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t) override { return true; }
  bool number_unsigned(number_unsigned_t) override { return true; }
  bool number_float(number_float_t, const string_t&) override { return true; }
  bool string(string_t&) override { return true; }
  bool binary(binary_t&) override { return true; }

  bool start_object(std::size_t) override {
    enter();
    keys_.emplace_back();
    return true;
  }
  bool key(string_t& key) override {
    if (keys_.back().insert(key).second) return true;
    throw bad_input(file_ + ": the key " + shown(key) + " appears twice in one object");
  }
  bool end_object() override {
    keys_.pop_back();
    --depth_;
    return true;
  }
  bool start_array(std::size_t) override {
    enter();
    return true;
  }
  bool end_array() override {
    --depth_;
    return true;
  }
  bool parse_error(std::size_t, const std::string&,
                   const nlohmann::json::exception& error) override {
    throw bad_input(file_ + ": not valid JSON: " + plain_reason(error.what()));
  }

 private:
  void enter() {
    if (++depth_ <= kMaxDepth) return;
    throw bad_input(file_ + ": nested deeper than " + std::to_string(kMaxDepth) + " levels");
  }

  const std::string& file_;
  int depth_ = 0;
  std::vector<std::set<std::string>> keys_;
};

}  // namespace

std::string compact_text(const Json& value) { return compact(value); }

void append_number(std::string& text, double value) {
  char digits[64];
  text.append(digits, nlohmann::detail::to_chars(digits, digits + sizeof digits, value));
}

// JSON itself has no binary values, so one can be nothing else.
Json part_mark(std::size_t part) { return Json::binary({}, part); }

std::string document_text(const Json& document, const std::string& what,
                          const std::vector<TextPart>& parts) {
  require_finite(document, what);
  std::string text;
  print(document, 0, parts, text);
  text += '\n';
  return text;
}

std::string line_text(const Json& document, const std::string& what) {
  require_finite(document, what);
  return compact(document) + "\n";
}

std::string shown(const std::string& text) {
  const bool cut = text.size() > kMaxShown;
  return compact(Json(cut ? text.substr(0, kMaxShown) + "..." : text));
}

nlohmann::json parse_json(const std::string& text, const std::string& file) {
  try {
    StructureGuard guard(file);
    nlohmann::json::sax_parse(text, &guard);
    return nlohmann::json::parse(text);
  } catch (const nlohmann::json::exception& error) {
    throw bad_input(file + ": not valid JSON: " + plain_reason(error.what()));
  } catch (const std::bad_alloc&) {
    throw bad_input(file + ": too large to be read into memory");
  }
}

std::string JsonNode::child_path(const std::string& key) const {
  return path_.empty() ? key : path_ + "." + key;
}

void JsonNode::fail(const std::string& problem) const {
  throw bad_input(file_ + ": " + (path_.empty() ? "the document" : path_) + " " + problem);
}

void JsonNode::require(bool condition, const char* type) const {
  if (!condition) fail(std::string("has type ") + value_->type_name() + ", must be " + type);
}

JsonNode JsonNode::at(const std::string& key) const {
  require(value_->is_object(), "an object");
  const auto found = value_->find(key);
  if (found == value_->end()) {
    throw bad_input(file_ + ": " + child_path(key) + " is missing");
  }
  return {*found, file_, child_path(key)};
}

std::optional<JsonNode> JsonNode::find(const std::string& key) const {
  require(value_->is_object(), "an object");
  const auto found = value_->find(key);
  if (found == value_->end() || found->is_null()) return std::nullopt;
  return JsonNode(*found, file_, child_path(key));
}

std::vector<JsonNode> JsonNode::items() const {
  require(value_->is_array(), "an array");
  std::vector<JsonNode> nodes;
  nodes.reserve(value_->size());
  for (std::size_t i = 0; i < value_->size(); ++i) {
    nodes.emplace_back((*value_)[i], file_, path_ + "[" + std::to_string(i) + "]");
  }
  return nodes;
}

std::vector<std::pair<std::string, JsonNode>> JsonNode::members() const {
  require(value_->is_object(), "an object");
  std::vector<std::pair<std::string, JsonNode>> nodes;
  for (auto it = value_->begin(); it != value_->end(); ++it) {
    nodes.emplace_back(it.key(), JsonNode(*it, file_, child_path(it.key())));
  }
  return nodes;
}

std::string JsonNode::text() const {
  require(value_->is_string(), "a string");
  return value_->get<std::string>();
}

bool JsonNode::boolean() const {
  require(value_->is_boolean(), "true or false");
  return value_->get<bool>();
}

double JsonNode::number(const NumberRange& range) const {
  require(value_->is_number(), "a number");
  const auto number = value_->get<double>();
  if (number < range.low || number > range.high) {
    fail("is " + format_number(number) + ", must be " +
         (std::isfinite(range.high)
              ? "from " + format_number(range.low) + " to " + format_number(range.high)
              : "at least " + format_number(range.low)));
  }
  return number;
}

std::uint64_t JsonNode::count() const {
  if (!value_->is_number_unsigned()) fail("must be a whole number of at least 0");
  return value_->get<std::uint64_t>();
}

int JsonNode::integer(int minimum) const {
  const bool whole = value_->is_number_integer();
  const double number = whole ? value_->get<double>() : 0;
  if (!whole || number < minimum || number > INT_MAX) {
    fail("must be a whole number of at least " + std::to_string(minimum) + " and below 2^31");
  }
  return value_->get<int>();
}

std::vector<double> JsonNode::numbers(const NumberRange& range) const {
  require(value_->is_array(), "an array of numbers");
  std::vector<double> values;
  values.reserve(value_->size());
  for (const JsonNode& item : items()) values.push_back(item.number(range));
  return values;
}

std::vector<std::string> JsonNode::texts() const {
  require(value_->is_array(), "an array of strings");
  std::vector<std::string> values;
  values.reserve(value_->size());
  for (const nlohmann::json& item : *value_) {
    if (!item.is_string()) fail("must be an array of strings");
    values.push_back(item.get<std::string>());
  }
  return values;
}

std::optional<double> JsonNode::optional_number(const std::string& key,
                                                const NumberRange& range) const {
  const auto node = find(key);
  return node ? std::optional<double>(node->number(range)) : std::nullopt;
}

std::string JsonNode::optional_text(const std::string& key) const {
  const auto node = find(key);
  return node ? node->text() : "";
}

}  // namespace splitbench
