#include "report/table.h"

#include <algorithm>
#include <numeric>

#include "base/spec.h"
#include "base/units.h"
#include "report/spec_labels.h"

namespace splitbench {
namespace {

constexpr std::size_t kMinTextWidth = 12;
const char* const kEllipsis = "...";

bool continues_character(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

// Characters on the screen, taking UTF-8 code points as one each.
std::size_t display_width(const std::string& text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return !continues_character(c); }));
}

// The bytes of the first `count` characters.
std::size_t prefix_bytes(const std::string& text, std::size_t count) {
  std::size_t position = 0;
  while (position < text.size()) {
    if (!continues_character(text[position]) && count-- == 0) break;
    ++position;
  }
  return position;
}

std::string shortened(const std::string& text, std::size_t width) {
  const std::size_t length = display_width(text);
  const std::size_t dots = std::string(kEllipsis).size();
  if (length <= width) return text;
  const std::size_t tail = (width - dots) / 2;
  const std::size_t head = width - dots - tail;
  return text.substr(0, prefix_bytes(text, head)) + kEllipsis +
         text.substr(prefix_bytes(text, length - tail));
}

using Cells = std::vector<std::vector<std::string>>;

Cells human_cells(const Table& table) {
  Cells cells;
  for (const std::vector<Value>& row : table.rows) {
    std::vector<std::string> texts;
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
      texts.push_back(value_text(row[i], table.columns[i].unit));
    }
    cells.push_back(std::move(texts));
  }
  return cells;
}

bool is_text(Unit unit) {
  return unit == Unit::kText || unit == Unit::kName || unit == Unit::kSpec;
}

// Canonical specs in their short forms.
void shorten_specs(const Table& table, Cells& cells) {
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    if (table.columns[i].unit != Unit::kSpec) continue;
    std::vector<std::string> specs = table.all_specs;
    for (const std::vector<std::string>& row : cells) specs.push_back(row[i]);
    const std::map<std::string, std::string> labels = spec_labels(specs);
    for (std::vector<std::string>& row : cells) row[i] = labels.at(row[i]);
  }
}

std::vector<std::size_t> column_widths(const Table& table, const Cells& cells) {
  std::vector<std::size_t> widths;
  for (const Column& column : table.columns) widths.push_back(display_width(column.title));
  for (const std::vector<std::string>& row : cells) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], display_width(row[i]));
    }
  }
  return widths;
}

void narrow_to(std::size_t width, const Table& table, std::vector<std::size_t>& widths) {
  const auto total = [&widths] {
    return std::accumulate(widths.begin(), widths.end(), 2 * (widths.size() - 1));
  };
  while (total() > width) {
    std::size_t* widest = nullptr;
    for (std::size_t i = 0; i < widths.size(); ++i) {
      if (table.columns[i].unit != Unit::kText || widths[i] <= kMinTextWidth) continue;
      if (widest == nullptr || widths[i] > *widest) widest = &widths[i];
    }
    if (widest == nullptr) return;
    --*widest;
  }
}

std::string text_row(const std::vector<std::string>& row, const Table& table,
                     const std::vector<std::size_t>& widths) {
  std::string line;
  for (std::size_t i = 0; i < row.size(); ++i) {
    const std::string value = shortened(row[i], widths[i]);
    const std::string padding(widths[i] - display_width(value), ' ');
    if (i > 0) line += "  ";
    line += is_text(table.columns[i].unit) ? value + padding : padding + value;
  }
  return line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
}

std::string markdown_cell(const std::string& text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '|') escaped += '\\';
    escaped += c;
  }
  return escaped;
}

std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + "\"";
}

std::string csv_value(const Value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return csv_field(*text);
  if (const auto* number = std::get_if<double>(&value)) return format_number(*number);
  return "";
}

std::vector<std::string> titles_of(const Table& table) {
  std::vector<std::string> titles;
  for (const Column& column : table.columns) titles.push_back(column.title);
  return titles;
}

std::string number_text(double value, Unit unit) {
  switch (unit) {
    case Unit::kSeconds:
      return format_duration(value);
    case Unit::kBytes:
      return format_bytes(value);
    case Unit::kJoules:
      return format_energy(value);
    case Unit::kBitsPerSecond:
      return format_rate(value);
    case Unit::kFraction:
      return format_percent(value);
    case Unit::kCount:
      return format_count(value);
    case Unit::kText:
    case Unit::kName:
    case Unit::kSpec:
    case Unit::kNumber:
      break;
  }
  return format_plain(value);
}

}  // namespace

std::string printable(const std::string& text) {
  std::string clean = text;
  for (std::size_t i = 0; i < clean.size(); ++i) {
    const auto byte = static_cast<unsigned char>(clean[i]);
    // U+0080 to U+009F, of which terminals take some as escapes, begin with 0xC2 in UTF-8.
    const bool c1 =
        byte == 0xC2 && i + 1 < clean.size() && static_cast<unsigned char>(clean[i + 1]) < 0xA0;
    if (byte < 0x20 || byte == 0x7F) clean[i] = '?';
    if (c1) clean.replace(i, 2, "?");
  }
  return clean;
}

std::string value_text(const Value& value, Unit unit) {
  if (const auto* text = std::get_if<std::string>(&value)) return printable(*text);
  if (const auto* number = std::get_if<double>(&value)) return number_text(*number, unit);
  return "-";
}

std::string text_table(const Table& table, std::size_t width) {
  Cells cells = human_cells(table);
  shorten_specs(table, cells);
  std::vector<std::size_t> widths = column_widths(table, cells);
  narrow_to(width, table, widths);
  std::vector<std::string> rules;
  for (const std::size_t column : widths) rules.emplace_back(column, '-');
  std::string text = text_row(titles_of(table), table, widths) + text_row(rules, table, widths);
  for (const std::vector<std::string>& row : cells) text += text_row(row, table, widths);
  return text;
}

std::string markdown_table(const Table& table) {
  std::string text = "|";
  for (const Column& column : table.columns) text += " " + markdown_cell(column.title) + " |";
  text += "\n|";
  for (const Column& column : table.columns) text += is_text(column.unit) ? "---|" : "---:|";
  text += "\n";
  for (const std::vector<std::string>& row : human_cells(table)) {
    text += "|";
    for (const std::string& cell : row) text += " " + markdown_cell(cell) + " |";
    text += "\n";
  }
  return text;
}

std::string csv_table(const Table& table) {
  std::string text;
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    text += (i > 0 ? "," : "") + csv_field(table.columns[i].key);
  }
  text += "\r\n";
  for (const std::vector<Value>& row : table.rows) {
    for (std::size_t i = 0; i < row.size(); ++i) text += (i > 0 ? "," : "") + csv_value(row[i]);
    text += "\r\n";
  }
  return text;
}

}  // namespace splitbench
