#include "io/lines_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "base/error.h"

namespace splitbench {
namespace {

constexpr mode_t kMode = 0666;

}  // namespace

LinesFile::LinesFile(std::string path)
    : path_(std::move(path)),
      file_(open(path_.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, kMode)) {
  if (!file_.is_open()) {
    throw bad_input("cannot write '" + path_ + "': " + std::strerror(errno));
  }
}

void LinesFile::append(const std::string& line) {
  struct stat before {};
  const bool known = fstat(file_.value(), &before) == 0 && S_ISREG(before.st_mode);
  // EINVAL: no regular file, nothing to sync.
  if (write_all(file_, line) && (fdatasync(file_.value()) == 0 || errno == EINVAL)) return;
  std::string reason = std::strerror(errno);
  if (known && ftruncate(file_.value(), before.st_size) != 0) reason += " (its last line is torn)";
  throw runtime_failure("writing '" + path_ + "' failed: " + reason +
                        "; the cells before are kept, free disk space and go on with --resume");
}

}  // namespace splitbench
