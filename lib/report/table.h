// A table with typed columns, rendered for people (text, Markdown) or for programs (CSV).
//
// Text and Markdown show values with human units and a dash for missing ones; CSV carries raw SI
// numbers that read back exactly, keys with units for headers, and nothing for missing ones.
// Control characters never reach the output of text and Markdown: documents are not trusted.
// Pure functions; thread-safe.
#pragma once

#include <cstddef>
#include <string>
#include <variant>
#include <vector>

namespace splitbench {

enum class ReportFormat { kText, kMarkdown, kCsv };

// What a column holds; all but the first three are numbers and stand flush right. A kName (an id
// that people copy) is never narrowed. A kSpec (a canonical codec spec) is neither, but text shows
// only the options in which the specs of one codec differ, in the table or in `all_specs`.
enum class Unit {
  kText,
  kName,
  kSpec,
  kSeconds,
  kBytes,
  kJoules,
  kBitsPerSecond,
  kFraction,
  kCount,
  kNumber
};

struct Column {
  std::string key;    // CSV header: "latency_s"
  std::string title;  // for people: "latency"
  Unit unit = Unit::kText;
};

// A missing value, a text, or a number in the column's SI unit (fractions as fractions).
using Value = std::variant<std::monostate, std::string, double>;

struct Table {
  std::vector<Column> columns;
  std::vector<std::vector<Value>> rows;  // each as long as `columns`
  std::vector<std::string> all_specs;    // of the document that the table is a part of
};

// Columns two spaces apart under a header and a rule. Beyond `width` characters the widest kText
// columns are narrowed by leaving out the middle of their values ("layer2...relu"), never below 12
// characters; so a table of many numbers may still be wider.
std::string text_table(const Table& table, std::size_t width = 80);

// GitHub Flavored Markdown; '|' is escaped.
std::string markdown_table(const Table& table);

// RFC 4180: CRLF line ends, quotes where needed.
std::string csv_table(const Table& table);

// The value as people read it.
std::string value_text(const Value& value, Unit unit);

// `text` without control characters, each replaced by '?'.
std::string printable(const std::string& text);

}  // namespace splitbench
