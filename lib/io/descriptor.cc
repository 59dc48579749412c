#include "io/descriptor.h"

#include <unistd.h>

#include <cerrno>
#include <cstddef>

namespace splitbench {

Descriptor::~Descriptor() {
  if (is_open()) close(value_);
}

bool write_all(const Descriptor& file, const std::string& text) {
  std::size_t done = 0;
  while (done < text.size()) {
    const ssize_t wrote = write(file.value(), text.data() + done, text.size() - done);
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote < 0) return false;
    done += static_cast<std::size_t>(wrote);
  }
  return true;
}

}  // namespace splitbench
