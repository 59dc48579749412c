// Opens the MPI plug-in (libsplitbench_mpi.so), through which the ranks that mpirun has started
// talk to each other.
#pragma once

#include <memory>
#include <string>

#include "core/messenger.h"

namespace splitbench {

// The plug-in exports this: it returns nullptr when `build_id` is not its own SPLITBENCH_VERSION.
// The caller owns the result.
using OpenMessenger = Messenger*(const char* build_id);
inline constexpr const char* kOpenMessengerSymbol = "splitbench_open_messenger";
inline constexpr const char* kMpiPluginFile = "libsplitbench_mpi.so";

// Joins the job; once in a process. Without mpirun it is a job of one rank. Throws Error{kRuntime},
// one line, when the plug-in is missing (and says how to get it), cannot be opened or is of another
// version.
std::unique_ptr<Messenger> open_messenger();

// The same with a plug-in at a known path.
std::unique_ptr<Messenger> open_messenger(const std::string& path);

}  // namespace splitbench
