#include "base/plugin.h"

#include <dlfcn.h>

#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <vector>

#include "base/error.h"

namespace splitbench {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> plugin_folders() {
  if (const char* chosen = std::getenv("SPLITBENCH_PLUGIN_DIR")) {
    if (*chosen != '\0') return {chosen};
  }
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  if (error) throw runtime_failure("cannot read /proc/self/exe: " + error.message());
  const fs::path folder = program.parent_path();
  // SPLITBENCH_LIBDIR is the installation's library folder relative to its prefix, such as
  // lib/x86_64-linux-gnu.
  return {folder, folder.parent_path() / SPLITBENCH_LIBDIR / "splitbench"};
}

// dlerror() may span lines and be null; errors here are one line.
std::string loader_reason() {
  const char* message = dlerror();
  std::string reason = message == nullptr ? "unknown reason" : message;
  for (char& c : reason) {
    if (c == '\n') c = ' ';
  }
  return reason;
}

}  // namespace

std::string find_plugin(const std::string& file_name, const std::string& remedy) {
  std::string searched;
  for (const fs::path& folder : plugin_folders()) {
    const fs::path candidate = folder / file_name;
    std::error_code error;
    if (fs::exists(candidate, error)) return candidate.string();
    searched += (searched.empty() ? "" : " or ") + folder.string();
  }
  throw runtime_failure("plug-in " + file_name + " is not in " + searched + "; " + remedy);
}

Plugin::Plugin(std::string path, Visibility visibility) : path_(std::move(path)) {
  const int scope = visibility == Visibility::kGlobal ? RTLD_GLOBAL : RTLD_LOCAL;
  handle_ = dlopen(path_.c_str(), RTLD_NOW | RTLD_NODELETE | scope);
  if (handle_ == nullptr) {
    throw runtime_failure("plug-in " + path_ + " cannot be opened: " + loader_reason());
  }
}

void* Plugin::symbol(const std::string& name) const {
  void* address = dlsym(handle_, name.c_str());
  if (address == nullptr) {
    throw runtime_failure("plug-in " + path_ + " has no symbol '" + name +
                          "'; it does not belong to this version of splitbench");
  }
  return address;
}

}  // namespace splitbench
