// The cells of a sweep, one JSON object a line (cells.jsonl), safe against being killed at any
// time.
//
// A kill can tear the last line only. Reading ignores a torn last line with a warning; appending
// goes on after repair_torn_tail(). See io/document.h for the errors of reading, which here name
// the line too. One CellsFile per file; append() is not thread-safe.
#pragma once

#include <string>
#include <vector>

#include "core/cell.h"
#include "io/lines_file.h"

namespace splitbench {

class CellsFile {
 public:
  // Opens for appending and creates the file when it is missing.
  // Throws Error{kBadInput} with path and reason when it is not writable.
  explicit CellsFile(std::string path);

  // Adds one line that is on the disk when this returns, or not at all (io/lines_file.h).
  // Throws Error{kRuntime} naming the path.
  void append(const Cell& cell);

 private:
  LinesFile file_;
};

// DIR/cells.jsonl when `path` is a folder, else `path` itself.
std::string cells_path(const std::string& path);

// All cells in the order of the file. `path` is the file or its folder. A torn last line is left
// out and reported in `warnings` (unless null); a broken line elsewhere is an error.
std::vector<Cell> read_cells(const std::string& path, std::vector<std::string>* warnings);

// All cells in one go: completely or not at all. Throws Error{kRuntime} when the disk is full.
void write_cells(const std::string& path, const std::vector<Cell>& cells);

// One cell as such a line, with its newline, and back. `where` names the line's origin in errors.
std::string cell_line(const Cell& cell);
Cell parse_cell_line(const std::string& line, const std::string& where);

// Cuts off what follows the last complete line of this or another file of JSON lines; true when
// something was cut. A missing file is left alone. Throws Error{kRuntime} when the file cannot be
// changed.
bool repair_torn_tail(const std::string& path);

}  // namespace splitbench
