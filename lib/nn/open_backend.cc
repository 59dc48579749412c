#include "nn/open_backend.h"

#include "base/error.h"
#include "base/plugin.h"

namespace splitbench {

std::unique_ptr<Backend> open_backend() {
  const Plugin plugin(find_plugin("libsplitbench_torch.so",
                                  "install LibTorch (libtorch-dev) and build with "
                                  "-DSPLITBENCH_TORCH=ON"));
  using OpenFunction = Backend* (*)(const char* build_id);
  const auto open = reinterpret_cast<OpenFunction>(plugin.symbol("splitbench_open_backend"));
  std::unique_ptr<Backend> backend(open(SPLITBENCH_VERSION));
  if (!backend) {
    throw runtime_failure(plugin.path() + " belongs to another version of splitbench than " +
                          SPLITBENCH_VERSION + "; build both together");
  }
  return backend;
}

}  // namespace splitbench
