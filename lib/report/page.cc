#include "report/page.h"

#include <algorithm>
#include <sstream>

namespace splitbench {
namespace {

constexpr std::size_t kTextWidth = 80;

std::string wrapped(const std::string& text, const std::string& first, const std::string& rest) {
  std::istringstream words(text);
  std::string word;
  std::string result;
  std::string line = first;
  bool empty = true;
  while (words >> word) {
    if (!empty && line.size() + 1 + word.size() > kTextWidth) {
      result += line + "\n";
      line = rest;
      empty = true;
    }
    line += (empty ? "" : " ") + word;
    empty = false;
  }
  return result + line + "\n";
}

}  // namespace

void Page::separate(bool bullet) {
  if (!content_.empty() && !after_heading_ && !(bullet && in_list_)) content_ += "\n";
  in_list_ = bullet;
  after_heading_ = false;
}

void Page::title(const std::string& text) {
  separate();
  const std::string clean = printable(text);
  content_ += format_ == ReportFormat::kMarkdown
                  ? "# " + clean + "\n"
                  : clean + "\n" + std::string(std::min(clean.size(), kTextWidth), '=') + "\n";
}

void Page::heading(const std::string& text) {
  separate();
  content_ +=
      format_ == ReportFormat::kMarkdown ? "## " + printable(text) + "\n" : printable(text) + "\n";
  after_heading_ = format_ == ReportFormat::kText;
}

void Page::paragraph(const std::string& text) {
  separate();
  const std::string clean = printable(text);
  content_ += format_ == ReportFormat::kMarkdown ? clean + "\n" : wrapped(clean, "", "");
}

void Page::bullet(const std::string& text) {
  separate(true);
  const std::string clean = printable(text);
  content_ +=
      format_ == ReportFormat::kMarkdown ? "- " + clean + "\n" : wrapped(clean, "  - ", "    ");
}

void Page::table(const Table& table) {
  separate();
  content_ += format_ == ReportFormat::kMarkdown ? markdown_table(table) : text_table(table);
}

void Page::verbatim(const std::string& lines) {
  separate();
  content_ += format_ == ReportFormat::kMarkdown ? "```text\n" + lines + "```\n" : lines;
}

}  // namespace splitbench
