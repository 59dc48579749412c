// Comma-separated values. What is accepted returns unchanged when it is written with every field in
// quotes.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "base/csv.h"
#include "base/error.h"

namespace splitbench {
namespace {

std::string quoted(const std::string& field) {
  std::string text = "\"";
  for (const char c : field) text += c == '"' ? "\"\"" : std::string(1, c);
  return text + '"';
}

std::string written(const std::vector<CsvRow>& rows) {
  std::string text;
  for (const CsvRow& row : rows) {
    for (std::size_t i = 0; i < row.fields.size(); ++i) {
      text += (i == 0 ? "" : ",") + quoted(row.fields[i]);
    }
    text += '\n';
  }
  return text;
}

std::vector<CsvRow> rows_of(std::string_view text) {
  try {
    return parse_csv(text, "input");
  } catch (const Error&) {
    return {};
  }
}

void check(std::string_view text) {
  const std::vector<CsvRow> rows = rows_of(text);
  std::size_t line = 0;
  for (const CsvRow& row : rows) {
    if (row.fields.empty() || row.line <= line) std::abort();
    line = row.line;
  }
  const std::vector<CsvRow> again = parse_csv(written(rows), "copy");
  if (again.size() != rows.size()) std::abort();
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (again[i].fields != rows[i].fields) std::abort();
  }
}

}  // namespace
}  // namespace splitbench

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  splitbench::check({reinterpret_cast<const char*>(data), size});
  return 0;
}
