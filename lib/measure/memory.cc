#include "measure/memory.h"

#include <fstream>
#include <sstream>

namespace splitbench {

std::size_t peak_resident_bytes(const std::string& root) {
  constexpr std::size_t kKibibyte = 1024;
  std::ifstream status(root + "/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    std::istringstream words(line);
    std::string name;
    std::size_t kibibytes = 0;
    if (words >> name >> kibibytes && name == "VmHWM:") return kibibytes * kKibibyte;
  }
  return 0;
}

}  // namespace splitbench
