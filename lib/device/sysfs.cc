#include "device/sysfs.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <system_error>
#include <utility>

#include "device/meter_factory.h"

namespace splitbench {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxBytes = 4096;  // a page, as much as sysfs ever gives

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlank(" \t\n\r\0", 5);
  const std::size_t first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

std::optional<double> number_in(std::string_view text) {
  const std::string_view digits = trimmed(text);
  double value = 0;
  const auto result = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  const bool whole = result.ec == std::errc() && result.ptr == digits.data() + digits.size();
  return whole && std::isfinite(value) ? std::optional<double>(value) : std::nullopt;
}

Error unreadable(const std::string& path, int reason) {
  const char* remedy = reason == EACCES || reason == EPERM
                           ? "; run as root, or let the group of this user read it"
                           : "";
  return missing("cannot read '" + path + "': " + std::strerror(reason) + remedy);
}

}  // namespace

std::optional<std::string> sysfs_text(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  std::string text(kMaxBytes, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  const std::string_view value = trimmed(text);
  return value.empty() ? std::nullopt : std::optional<std::string>(value);
}

std::optional<double> sysfs_number(const std::string& path) {
  const auto text = sysfs_text(path);
  return text ? number_in(*text) : std::nullopt;
}

std::vector<std::string> sysfs_entries(const std::string& folder, const std::string& prefix) {
  std::vector<std::string> paths;
  std::error_code ignored;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, ignored)) {
    const std::string name = entry.path().filename().string();
    if (name.compare(0, prefix.size(), prefix) == 0) paths.push_back(entry.path().string());
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

SysfsValue::SysfsValue(std::string path)
    : path_(std::move(path)), descriptor_(open(path_.c_str(), O_RDONLY | O_CLOEXEC)) {
  if (descriptor_ < 0) throw unreadable(path_, errno);
}

SysfsValue::~SysfsValue() {
  if (descriptor_ >= 0) close(descriptor_);
}

SysfsValue::SysfsValue(SysfsValue&& other) noexcept
    : path_(std::move(other.path_)), descriptor_(std::exchange(other.descriptor_, -1)) {}

double SysfsValue::read() const {
  char text[kMaxBytes];
  const ssize_t got = pread(descriptor_, text, sizeof text, 0);
  if (got < 0) throw unreadable(path_, errno);
  const std::string_view content(text, static_cast<std::size_t>(got));
  if (const auto number = number_in(content)) return *number;
  throw missing("'" + path_ + "' holds no number" +
                (got == 0 ? " but nothing" : ": " + std::string(trimmed(content.substr(0, 40)))));
}

}  // namespace splitbench
