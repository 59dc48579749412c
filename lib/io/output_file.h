// A file that is either written completely or not at all: a temporary beside it, then a rename.
//
// Opened before the work starts, so that an unwritable place fails before anything is measured.
// Not thread-safe.
#pragma once

#include <string>

#include "io/descriptor.h"

namespace splitbench {

class OutputFile {
 public:
  // Creates `<path>.tmp.<pid>` in the same folder; "-" stands for stdout. What is no regular file
  // (a device, a pipe) is written directly, for it cannot be replaced by a rename.
  // Throws Error{kBadInput} with path and reason when the place is not writable.
  explicit OutputFile(std::string path);
  // Removes the temporary when commit() has not succeeded; `path` is then as it was before.
  ~OutputFile();
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  const std::string& path() const { return path_; }

  // Writes `text`, syncs it to the disk and renames. Call at most once.
  // Throws Error{kRuntime} naming the path when the disk is full or fails.
  void commit(const std::string& text);

 private:
  std::string path_;
  std::string temporary_;  // empty when written directly
  Descriptor file_;
};

}  // namespace splitbench
