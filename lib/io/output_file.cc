#include "io/output_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "base/error.h"

namespace splitbench {
namespace {

constexpr mode_t kMode = 0666;

Error cannot_open(const std::string& path) {
  return bad_input("cannot write '" + path + "': " + std::strerror(errno));
}

// The file behind symbolic links, so that the rename replaces it and not the link.
std::string resolved(const std::string& path) {
  char* real = realpath(path.c_str(), nullptr);
  if (real == nullptr) return path;
  std::string target = real;
  std::free(real);
  return target;
}

}  // namespace

OutputFile::OutputFile(std::string path) : path_(std::move(path)) {
  if (path_ == "-") {
    file_ = Descriptor(dup(STDOUT_FILENO));
    if (!file_.is_open()) throw cannot_open("standard output");
    return;
  }
  struct stat status {};
  const bool exists = stat(path_.c_str(), &status) == 0;
  if (exists && !S_ISREG(status.st_mode)) {
    file_ = Descriptor(open(path_.c_str(), O_WRONLY | O_CLOEXEC));
    if (!file_.is_open()) throw cannot_open(path_);
    return;
  }
  if (exists && access(path_.c_str(), W_OK) != 0) throw cannot_open(path_);
  temporary_ = resolved(path_) + ".tmp." + std::to_string(getpid());
  // A leftover of a killed process that had the same number is nobody's.
  unlink(temporary_.c_str());
  constexpr int kNewFile = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC;
  file_ = Descriptor(open(temporary_.c_str(), kNewFile, kMode));
  if (!file_.is_open()) throw cannot_open(path_);
}

OutputFile::~OutputFile() {
  if (!temporary_.empty()) unlink(temporary_.c_str());
}

void OutputFile::commit(const std::string& text) {
  const auto fail = [&] {
    const std::string reason = std::strerror(errno);
    return runtime_failure(path_ == "-" ? "cannot write to standard output: " + reason
                                        : "writing '" + path_ + "' failed: " + reason);
  };
  if (!write_all(file_, text)) throw fail();
  if (temporary_.empty()) return;
  if (fsync(file_.value()) != 0) throw fail();
  if (std::rename(temporary_.c_str(), resolved(path_).c_str()) != 0) throw fail();
  temporary_.clear();
}

}  // namespace splitbench
