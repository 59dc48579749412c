// The small files of /sys: one value each.
//
// Errors are Error{kMissingMeasurement} that name the file and the system's reason.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace splitbench {

// The file's text without white space around it; unset when it is missing, empty or unreadable.
std::optional<std::string> sysfs_text(const std::string& path);
// The file's number; unset also when it holds none.
std::optional<double> sysfs_number(const std::string& path);

// Paths of the entries of a folder whose names begin with `prefix`, sorted; none when it is
// missing.
std::vector<std::string> sysfs_entries(const std::string& folder, const std::string& prefix = "");

// A number that is read again and again: the file stays open. Not thread-safe.
class SysfsValue {
 public:
  // Throws when the file cannot be opened; where that needs other rights, says so.
  explicit SysfsValue(std::string path);
  ~SysfsValue();
  SysfsValue(SysfsValue&& other) noexcept;
  SysfsValue(const SysfsValue&) = delete;
  SysfsValue& operator=(const SysfsValue&) = delete;
  SysfsValue& operator=(SysfsValue&&) = delete;

  const std::string& path() const { return path_; }
  // Throws when it cannot be read now or holds no finite number.
  double read() const;

 private:
  std::string path_;
  int descriptor_ = -1;
};

}  // namespace splitbench
