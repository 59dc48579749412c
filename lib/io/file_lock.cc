#include "io/file_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/error.h"

namespace splitbench {
namespace {

// Whether the path still names the file: who held the lock before may have removed it.
bool stands_at(const Descriptor& file, const std::string& path) {
  struct stat held = {}, named = {};
  return fstat(file.value(), &held) == 0 && stat(path.c_str(), &named) == 0 &&
         held.st_ino == named.st_ino && held.st_dev == named.st_dev;
}

}  // namespace

FileLock::FileLock(const std::string& path, const std::string& busy, After after)
    : path_(path), after_(after) {
  do {
    file_ = Descriptor(open(path.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0644));
    if (!file_.is_open()) {
      throw bad_input(path + ": cannot write there (" + std::strerror(errno) +
                      "); choose another place with -o");
    }
    if (flock(file_.value(), LOCK_EX | LOCK_NB) != 0) throw bad_input(busy);
  } while (!stands_at(file_, path));
}

// Removed while it is held, so that nobody's file is removed but our own.
FileLock::~FileLock() {
  if (after_ == After::kRemove) unlink(path_.c_str());
}

}  // namespace splitbench
