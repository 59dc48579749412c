// A lock that one process holds at a time, as a file that stands for it.
#pragma once

#include <string>

#include "io/descriptor.h"

namespace splitbench {

class FileLock {
 public:
  enum class After { kKeep, kRemove };  // what becomes of the file

  // Creates the file where there is none. Throws Error{kBadInput}: `busy` when another process
  // holds the lock, or that the place cannot be written. The system lets go when the process dies.
  FileLock(const std::string& path, const std::string& busy, After after = After::kKeep);
  ~FileLock();
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;

 private:
  std::string path_;
  After after_;
  Descriptor file_;
};

}  // namespace splitbench
