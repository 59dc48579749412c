#include "io/text_file.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/error.h"
#include "io/descriptor.h"
#include "io/output_file.h"

namespace splitbench {
namespace {

constexpr std::size_t kBlockBytes = std::size_t{1} << 16;
constexpr int kWriterWaitMs = 1000;

// A pipe that stays silent for a while: either nobody writes to it, or somebody slow.
bool is_silent_pipe(const Descriptor& file) {
  struct stat status {};
  if (fstat(file.value(), &status) != 0 || !S_ISFIFO(status.st_mode)) return false;
  pollfd readable = {file.value(), POLLIN, 0};
  return poll(&readable, 1, kWriterWaitMs) == 0;
}

}  // namespace

std::string read_text_file(const std::string& path, std::size_t max_bytes) {
  const auto cannot_read = [&] {
    return bad_input("cannot read '" + path + "': " + std::strerror(errno));
  };
  // Without O_NONBLOCK, opening a named pipe waits for a writer, perhaps for ever.
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file.is_open()) throw cannot_read();
  bool silent = is_silent_pipe(file);
  std::string text;
  std::size_t used = 0;
  for (;;) {
    text.resize(std::max(used * 2, used + kBlockBytes));
    const ssize_t got = read(file.value(), text.data() + used, text.size() - used);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno == EAGAIN) {
      silent = false;  // a writer holds the other end
      pollfd readable = {file.value(), POLLIN, 0};
      poll(&readable, 1, -1);
      continue;
    }
    if (got < 0) throw cannot_read();
    used += static_cast<std::size_t>(got);
    if (used > max_bytes) {
      throw bad_input("cannot read '" + path + "': larger than " + std::to_string(max_bytes) +
                      " bytes");
    }
    if (got == 0 && silent) {
      throw bad_input("cannot read '" + path + "': a pipe to which no program writes");
    }
    if (got == 0) break;
  }
  text.resize(used);
  return text;
}

void write_text_file(const std::string& path, const std::string& text) {
  OutputFile(path).commit(text);
}

}  // namespace splitbench
