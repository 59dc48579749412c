// A TorchScript archive in memory as one segment.
#pragma once

#include <memory>

#include "core/backend.h"

namespace splitbench::torch_nn {

// See Backend::open_network().
std::unique_ptr<Segment> open_torch_network(ByteView archive, const NetworkOptions& options);

}  // namespace splitbench::torch_nn
