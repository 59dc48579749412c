#include "io/cells_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <filesystem>
#include <utility>

#include "base/error.h"
#include "io/cell_json.h"
#include "io/plain_cell.h"
#include "io/text_file.h"

namespace splitbench {
namespace {

constexpr std::size_t kMaxLineBytes = std::size_t{16} << 20;
constexpr std::size_t kBlockBytes = std::size_t{1} << 16;
constexpr std::size_t kMostReserved = 200'000;  // cells, some 100 MB

struct Line {
  std::string text;         // without its newline
  std::size_t number = 0;   // from 1
  off_t offset = 0;         // of its first byte in the file
  bool terminated = false;  // a newline follows
};

// Reads a file line by line in bounded memory.
class LineReader {
 public:
  LineReader(const std::string& path, const Descriptor& file) : path_(path), file_(file) {}

  // False at the end of the file.
  bool next(Line& line) {
    line.offset += static_cast<off_t>(line.text.size()) + (line.terminated ? 1 : 0);
    line.terminated = false;
    line.text.clear();
    ++line.number;
    while (true) {
      const std::size_t newline = pending_.find('\n', at_);
      line.text.append(pending_, at_, newline - at_);
      if (line.text.size() > kMaxLineBytes) {
        throw bad_input(path_ + " line " + std::to_string(line.number) + ": longer than " +
                        std::to_string(kMaxLineBytes) + " bytes");
      }
      line.terminated = newline != std::string::npos;
      at_ = line.terminated ? newline + 1 : pending_.size();
      if (line.terminated) return true;
      if (!fill()) return !line.text.empty();
    }
  }

 private:
  bool fill() {
    pending_.resize(kBlockBytes);
    ssize_t got = 0;
    do {
      got = read(file_.value(), pending_.data(), pending_.size());
    } while (got < 0 && errno == EINTR);
    if (got < 0) throw bad_input("cannot read '" + path_ + "': " + std::strerror(errno));
    pending_.resize(static_cast<std::size_t>(got));
    at_ = 0;
    return got > 0;
  }

  const std::string& path_;
  const Descriptor& file_;
  std::string pending_;
  std::size_t at_ = 0;
};

std::string place(const std::string& path, const Line& line) {
  return path + " line " + std::to_string(line.number);
}

bool blank(const Line& line) { return line.text.find_first_not_of(" \t\r") == std::string::npos; }

// No prefix of an object is itself JSON, so whatever parses was written to its end.
bool is_json(const std::string& text) { return nlohmann::json::accept(text); }

}  // namespace

CellsFile::CellsFile(std::string path) : file_(std::move(path)) {}

void CellsFile::append(const Cell& cell) { file_.append(line_text(cell_json(cell), file_.path())); }

std::string cells_path(const std::string& path) {
  std::error_code ignored;
  const bool folder = std::filesystem::is_directory(path, ignored);
  return folder ? (std::filesystem::path(path) / "cells.jsonl").string() : path;
}

std::vector<Cell> read_cells(const std::string& path, std::vector<std::string>* warnings) {
  const std::string file = cells_path(path);
  const Descriptor descriptor(open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (!descriptor.is_open()) {
    throw bad_input("cannot read '" + file + "': " + std::strerror(errno));
  }
  LineReader reader(file, descriptor);
  std::vector<Cell> cells;
  Line line;
  const off_t bytes = lseek(descriptor.value(), 0, SEEK_END);
  if (bytes > 0) lseek(descriptor.value(), 0, SEEK_SET);
  std::string broken;  // an error that is forgiven when no line follows
  while (reader.next(line)) {
    if (!broken.empty()) {
      throw bad_input(broken + "; delete that line; --resume measures its cell again");
    }
    if (blank(line)) continue;
    const std::string where = place(file, line);
    if (cells.empty() && bytes > 0) {  // most lines are about as long as the first
      cells.reserve(
          std::min(static_cast<std::size_t>(bytes) / line.text.size() + 1, kMostReserved));
    }
    if (auto plain = plain_cell(line.text)) {
      cells.push_back(std::move(*plain));
      continue;
    }
    try {
      const nlohmann::json json = parse_json(line.text, where);
      cells.push_back(cell_from({json, where}));
    } catch (const Error& error) {
      if (is_json(line.text)) throw;
      broken = error.what();
    }
  }
  if (!broken.empty() && warnings != nullptr) {
    warnings->push_back(broken + "; the writer was interrupted, this last line is left out");
  }
  return cells;
}

void write_cells(const std::string& path, const std::vector<Cell>& cells) {
  const std::string file = cells_path(path);
  std::string text;
  for (const Cell& cell : cells) text += line_text(cell_json(cell), file);
  write_text_file(file, text);
}

std::string cell_line(const Cell& cell) { return line_text(cell_json(cell), "a cell"); }

Cell parse_cell_line(const std::string& line, const std::string& where) {
  const nlohmann::json json = parse_json(line, where);
  return cell_from({json, where});
}

bool repair_torn_tail(const std::string& path) {
  const std::string file = cells_path(path);
  const Descriptor descriptor(open(file.c_str(), O_RDWR | O_CLOEXEC));
  if (!descriptor.is_open() && errno == ENOENT) return false;
  const auto fail = [&] {
    return runtime_failure("repairing '" + file + "' failed: " + std::strerror(errno));
  };
  if (!descriptor.is_open()) throw fail();
  LineReader reader(file, descriptor);
  Line line;
  Line last;
  while (reader.next(line)) last = line;
  if (last.number == 0 || blank(last)) return false;
  if (is_json(last.text)) {
    // Only the newline is missing. The reader has left the offset at the end of the file.
    if (!last.terminated && !write_all(descriptor, "\n")) throw fail();
    return false;
  }
  if (ftruncate(descriptor.value(), last.offset) != 0) throw fail();
  return true;
}

}  // namespace splitbench
