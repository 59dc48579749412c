// JSON as text without a tree before it, for arrays of very many objects. Private to lib/io.
//
// Members come in the order in which they are set, on one line, as line_text() (io/json.h) would
// write them. Not thread-safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace splitbench {

class JsonText {
 public:
  // Appends to `text`, which must outlive this; `what` names the document in errors.
  JsonText(std::string& text, const char* what) : text_(text), what_(what) {}

  void begin();  // an object, also as the value of key()
  void end();
  void key(std::string_view name);  // of plain ASCII

  void null();  // as the value of key()
  void set_flag(std::string_view name, bool value);

  // Throw Error{kRuntime} naming the key for a number that is not finite.
  void set(std::string_view name, double value);
  void set(std::string_view name, std::string_view value);
  // [low, high]
  void set(std::string_view name, double low, double high);
  // Null, and `<name>_reason`.
  void set_null(std::string_view name, std::string_view reason);
  void set_or_null(std::string_view name, const std::optional<double>& value,
                   std::string_view reason);

 private:
  void number(std::string_view name, double value);

  std::string& text_;
  const char* what_;
  bool first_ = true;
};

}  // namespace splitbench
