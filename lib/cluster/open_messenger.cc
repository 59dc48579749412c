#include "cluster/open_messenger.h"

#include "base/error.h"
#include "base/plugin.h"

namespace splitbench {

std::unique_ptr<Messenger> open_messenger() {
  return open_messenger(
      find_plugin(kMpiPluginFile,
                  "--mpi needs it: install libopenmpi-dev and build splitbench with "
                  "-DSPLITBENCH_MPI=ON, or divide the sweep with --shard"));
}

std::unique_ptr<Messenger> open_messenger(const std::string& path) {
  // Open MPI opens components of its own, which look for its symbols.
  const Plugin plugin(path, Plugin::Visibility::kGlobal);
  auto* open = reinterpret_cast<OpenMessenger*>(plugin.symbol(kOpenMessengerSymbol));
  std::unique_ptr<Messenger> messenger(open(SPLITBENCH_VERSION));
  if (!messenger) {
    throw runtime_failure("plug-in " + path + " is of another version than this program (" +
                          SPLITBENCH_VERSION + "); install or build both together");
  }
  return messenger;
}

}  // namespace splitbench
