#include "data/random_access_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "base/error.h"

namespace splitbench {
namespace {

std::string system_reason() { return std::generic_category().message(errno); }

}  // namespace

RandomAccessFile::RandomAccessFile(std::string path) : path_(std::move(path)) {
  // O_NONBLOCK: a named pipe must give an error and not wait for a writer.
  descriptor_ = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor_ < 0) throw bad_input("cannot open " + path_ + ": " + system_reason());
  struct stat status = {};
  if (::fstat(descriptor_, &status) != 0 || !S_ISREG(status.st_mode)) {
    ::close(descriptor_);
    throw bad_input(path_ + " is not a regular file");
  }
  size_ = static_cast<std::uint64_t>(status.st_size);
}

RandomAccessFile::~RandomAccessFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

RandomAccessFile::RandomAccessFile(RandomAccessFile&& other) noexcept
    : path_(std::move(other.path_)),
      size_(other.size_),
      descriptor_(std::exchange(other.descriptor_, -1)) {}

void RandomAccessFile::read(std::uint64_t offset, void* destination, std::size_t count) const {
  auto* output = static_cast<std::uint8_t*>(destination);
  while (count > 0) {
    const ssize_t got = ::pread(descriptor_, output, count, static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw bad_input("cannot read " + path_ + ": " + system_reason());
    if (got == 0) {
      throw bad_input(path_ + " ends at byte " + std::to_string(offset) + ", " +
                      std::to_string(count) + " bytes too early");
    }
    output += got;
    offset += static_cast<std::uint64_t>(got);
    count -= static_cast<std::size_t>(got);
  }
}

Bytes read_whole_file(const std::string& path, std::uint64_t limit) {
  const RandomAccessFile file(path);
  if (file.size() > limit) {
    throw bad_input(path + " has " + std::to_string(file.size()) +
                    " bytes, more than the limit of " + std::to_string(limit));
  }
  Bytes bytes(static_cast<std::size_t>(file.size()));
  file.read(0, bytes.data(), bytes.size());
  return bytes;
}

}  // namespace splitbench
