// What the cells of a race did to the images so far (DIR/race.jsonl), for a race that goes on after
// it was killed.
//
// A working file of one sweep, no document: it is gone when the race is over. The first line says
// which images the batches hold; each further one is a cell and a batch. A kill can tear the last
// line only: call repair_torn_tail() of io/cells_file.h before reading. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "io/lines_file.h"

namespace splitbench {

// One cell on the images of one batch. Cells count from 0 in the order of the manifest's race.
struct RaceEntry {
  std::size_t cell = 0;
  std::size_t batch = 0;
  // Refused or failed: out of the race. Nothing else is set then; cells.jsonl has the reason.
  bool out = false;
  std::vector<int> answers;  // by image of the batch, as the following
  std::vector<double> payload_bytes, encode_s, decode_s;
};

class RaceFile {
 public:
  // Goes on with the file of `folder` or creates it; `order` stands for the images of all batches.
  // Throws Error{kBadInput} when the file is not writable, damaged, or of another order.
  RaceFile(const std::string& folder, std::uint64_t order);

  // What the file held when it was opened.
  const std::vector<RaceEntry>& entries() const { return entries_; }
  // As LinesFile::append().
  void append(const RaceEntry& entry);

 private:
  void read(const std::string& text, std::uint64_t order);

  LinesFile file_;
  std::vector<RaceEntry> entries_;
};

// One entry as a line of the file, with its newline, and back. `where` names the line's origin in
// errors.
std::string race_line(const RaceEntry& entry);
RaceEntry parse_race_line(const std::string& line, const std::string& where);

std::string race_path(const std::string& folder);

// Does nothing when there is none.
void remove_race(const std::string& folder);

}  // namespace splitbench
