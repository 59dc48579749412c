// Lines added to a file so that a kill or a full disk costs the last line at most.
#pragma once

#include <string>

#include "io/descriptor.h"

namespace splitbench {

// One object a file; not thread-safe.
class LinesFile {
 public:
  // Opens for appending and creates the file when it is missing.
  // Throws Error{kBadInput} with path and reason when it is not writable.
  explicit LinesFile(std::string path);

  const std::string& path() const { return path_; }

  // Adds `line`, which ends with a newline, with a single write and syncs it to the disk before
  // returning. A line that could not be written completely is taken back. Throws Error{kRuntime}
  // naming the path.
  void append(const std::string& line);

 private:
  std::string path_;
  Descriptor file_;
};

}  // namespace splitbench
