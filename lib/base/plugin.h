// Plug-ins: shared libraries that are found and opened only when a command needs what they bring.
//
// An opened plug-in stays in the process until it ends, because the libraries behind them
// (LibTorch, OpenCV) do not survive being unloaded; objects made by a plug-in may therefore outlive
// the Plugin. Errors: Error{kRuntime}, one line. Thread-safe.
#pragma once

#include <string>

namespace splitbench {

// The path of a plug-in, searched in $SPLITBENCH_PLUGIN_DIR (alone, when it is set), beside the
// running program, and in the library folder of the installation the program belongs to.
// Throws when there is none, naming the folders searched and ending with `remedy`, which says how
// to get it: "install the package splitbench-image or build with -DSPLITBENCH_IMAGE=ON".
std::string find_plugin(const std::string& file_name, const std::string& remedy);

class Plugin {
 public:
  // Whether the plug-in's own symbols and those of its dependencies serve libraries opened later.
  enum class Visibility { kLocal, kGlobal };

  // Opens the library with all its symbols resolved; throws with the loader's own reason.
  explicit Plugin(std::string path, Visibility visibility = Visibility::kLocal);

  // The address of an `extern "C"` symbol, never null; throws naming the plug-in and the symbol.
  void* symbol(const std::string& name) const;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
  void* handle_ = nullptr;
};

}  // namespace splitbench
