#include "base/csv.h"

#include "base/error.h"

namespace splitbench {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

class CsvParser {
 public:
  CsvParser(std::string_view text, const std::string& name) : text_(text), name_(name) {
    if (text_.substr(0, kByteOrderMark.size()) == kByteOrderMark) at_ = kByteOrderMark.size();
  }

  std::vector<CsvRow> rows() {
    std::vector<CsvRow> rows;
    while (at_ < text_.size()) {
      CsvRow row = next_row();
      const bool blank = row.fields.size() == 1 && row.fields.front().empty();
      if (!blank) rows.push_back(std::move(row));
    }
    return rows;
  }

 private:
  CsvRow next_row() {
    CsvRow row;
    row.line = line_;
    for (;;) {
      row.fields.push_back(text_.substr(at_, 1) == "\"" ? quoted_field() : plain_field());
      if (skip_row_end()) return row;
      ++at_;  // the comma
    }
  }

  // At a line break (consumed) or the end of the text; else at a comma.
  bool skip_row_end() {
    if (at_ == text_.size()) return true;
    if (text_[at_] == ',') return false;
    at_ += text_[at_] == '\r' ? 2 : 1;
    ++line_;
    return true;
  }

  bool at_field_end() const {
    return at_ == text_.size() || text_[at_] == ',' || text_[at_] == '\n' ||
           text_.substr(at_, 2) == "\r\n";
  }

  std::string plain_field() {
    const std::size_t start = at_;
    while (!at_field_end()) ++at_;
    return std::string(text_.substr(start, at_ - start));
  }

  std::string quoted_field() {
    const std::size_t first_line = line_;
    std::string field;
    ++at_;
    for (;; ++at_) {
      if (at_ == text_.size()) throw error_at(first_line, "a double quote is not closed");
      if (text_[at_] == '"') {
        if (text_.substr(at_ + 1, 1) != "\"") break;
        ++at_;  // a doubled quote stands for one
      }
      if (text_[at_] == '\n') ++line_;
      field += text_[at_];
    }
    ++at_;
    if (!at_field_end()) throw error_at(line_, "there is text after a closing quote");
    return field;
  }

  Error error_at(std::size_t line, const std::string& problem) const {
    return bad_input(name_ + " line " + std::to_string(line) + ": " + problem);
  }

  std::string_view text_;
  const std::string& name_;
  std::size_t at_ = 0;
  std::size_t line_ = 1;
};

}  // namespace

std::vector<CsvRow> parse_csv(std::string_view text, const std::string& name) {
  return CsvParser(text, name).rows();
}

}  // namespace splitbench
