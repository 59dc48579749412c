#include "measure/memory.h"

#include <fstream>
#include <sstream>

namespace splitbench {
namespace {

std::size_t status_bytes(const std::string& root, const char* field) {
  constexpr std::size_t kKibibyte = 1024;
  std::ifstream status(root + "/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    std::istringstream words(line);
    std::string name;
    std::size_t kibibytes = 0;
    if (words >> name >> kibibytes && name == field) return kibibytes * kKibibyte;
  }
  return 0;
}

}  // namespace

std::size_t resident_bytes(const std::string& root) { return status_bytes(root, "VmRSS:"); }
std::size_t peak_resident_bytes(const std::string& root) { return status_bytes(root, "VmHWM:"); }

bool reset_peak_resident(const std::string& root) {
  constexpr char kResetPeak[] = "5";  // proc(5)
  std::ofstream file(root + "/proc/self/clear_refs");
  file << kResetPeak << std::flush;
  return static_cast<bool>(file);
}

}  // namespace splitbench
