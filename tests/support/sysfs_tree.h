// A copy of a tree of tests/data/sysfs whose values change as a test says.
#pragma once

#include <filesystem>
#include <string>

#include "support/temporary_folder.h"

namespace splitbench {

class SysfsTree {
 public:
  explicit SysfsTree(const std::string& name) {
    std::filesystem::copy(std::string(SPLITBENCH_TEST_DATA) + "/sysfs/" + name, folder_.path(),
                          std::filesystem::copy_options::recursive);
  }
  std::string root() const { return folder_.path(); }
  std::string path(const std::string& file) const { return folder_.path("sys/" + file); }
  void set(const std::string& file, const std::string& text) const {
    folder_.write("sys/" + file, text + "\n");
  }
  void remove(const std::string& file) const { std::filesystem::remove_all(path(file)); }

 private:
  TemporaryFolder folder_;
};

}  // namespace splitbench
