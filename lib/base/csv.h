// Comma-separated values (RFC 4180): quoted fields, doubled quotes, line breaks inside quotes, and
// any of LF or CRLF between rows.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace splitbench {

struct CsvRow {
  std::size_t line = 0;  // where it starts, counted from 1
  std::vector<std::string> fields;
};

// All rows but blank lines; a UTF-8 byte order mark is skipped. `name` names the text in errors.
// Throws Error{kBadInput} with name and line for an open quote and for text after a closing one.
// Pure; thread-safe.
std::vector<CsvRow> parse_csv(std::string_view text, const std::string& name);

}  // namespace splitbench
