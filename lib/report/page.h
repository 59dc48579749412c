// A report under construction: headings, prose and tables, laid out as text or Markdown.
//
// Not thread-safe; one page per report.
#pragma once

#include <string>
#include <utility>

#include "report/table.h"

namespace splitbench {

class Page {
 public:
  // Reports in CSV are one table (csv_table) and need no page.
  explicit Page(ReportFormat format) : format_(format) {}

  void title(const std::string& text);
  void heading(const std::string& text);
  // Wrapped at 80 columns in text.
  void paragraph(const std::string& text);
  void bullet(const std::string& text);
  void table(const Table& table);
  // Fixed-width lines, each ending in a newline, kept as they are.
  void verbatim(const std::string& lines);

  std::string take() { return std::move(content_); }

 private:
  // Blocks are an empty line apart; bullets of one list, and what follows a heading in text, are
  // not.
  void separate(bool bullet = false);

  ReportFormat format_;
  std::string content_;
  bool in_list_ = false;
  bool after_heading_ = false;
};

}  // namespace splitbench
