// A file that several threads read at offsets of their choice.
//
// Errors name the path: Error{kBadInput} when it cannot be opened, is no regular file or ends
// before what is asked for. Reading is thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "base/bytes.h"

namespace splitbench {

class RandomAccessFile {
 public:
  explicit RandomAccessFile(std::string path);
  ~RandomAccessFile();
  RandomAccessFile(RandomAccessFile&& other) noexcept;
  RandomAccessFile& operator=(RandomAccessFile&&) = delete;

  const std::string& path() const { return path_; }
  std::uint64_t size() const { return size_; }  // bytes, as found on opening

  void read(std::uint64_t offset, void* destination, std::size_t count) const;

 private:
  std::string path_;
  std::uint64_t size_ = 0;
  int descriptor_ = -1;
};

// The whole file; throws when it is larger than `limit` bytes.
Bytes read_whole_file(const std::string& path, std::uint64_t limit);

}  // namespace splitbench
