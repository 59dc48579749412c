#include "trace_option.h"

#include <algorithm>

#include "base/units.h"
#include "io/text_file.h"

namespace splitbench {
namespace {

constexpr char kFormat[] = "format=";

bool begins_field(const std::string& text, std::size_t at) {
  const auto is_letter = [](char c) { return c >= 'a' && c <= 'z'; };
  const std::size_t start = at;
  while (at < text.size() && is_letter(text[at])) ++at;
  return at > start && at < text.size() && text[at] == '=';
}

// Where the next field starts, its comma: a file's name may have commas as well.
std::size_t next_field(const std::string& text, std::size_t at) {
  while (at < text.size() && !(text[at] == ',' && begins_field(text, at + 1))) ++at;
  return at;
}

}  // namespace

TraceName parse_trace_name(const std::string& text) {
  std::size_t at = next_field(text, 0);
  TraceName name = {text.substr(0, at), "auto", ""};
  while (at < text.size()) {
    const std::size_t end = next_field(text, at + 1);
    const std::string field = text.substr(at + 1, end - at - 1);
    if (field.rfind(kFormat, 0) == 0) {
      name.format = field.substr(std::string(kFormat).size());
    } else {
      name.fields += "," + field;
    }
    at = end;
  }
  return name;
}

RateTrace read_rate_trace(const TraceName& name, RunRecorder& recorder) {
  RateTrace trace = parse_rate_trace(read_text_file(name.file), name.file, name.format);
  recorder.add_input(name.file);
  if (trace.gaps > 0) {
    recorder.warning("the trace '" + name.file + "' has " + std::to_string(trace.gaps) +
                     (trace.gaps == 1 ? " gap of " : " gaps of together ") +
                     format_duration(trace.gaps_s) + ", read as " + trace.format);
  }
  return trace;
}

}  // namespace splitbench
