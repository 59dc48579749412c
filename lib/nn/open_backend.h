// Opens the deep-learning back-end, which sits in a plug-in so that commands without a model
// neither load it nor need it installed.
#pragma once

#include <memory>

#include "core/backend.h"

namespace splitbench {

// Throws Error{kRuntime} when the plug-in is missing, cannot be loaded, or belongs to another
// version of splitbench.
std::unique_ptr<Backend> open_backend();

}  // namespace splitbench
