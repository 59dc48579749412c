// A TorchScript archive in memory as one segment.
//
// An archive is a program, as a model's file is, and LibTorch's reader does not withstand one that
// was made to harm it: open those of people you trust. Damage is noticed before it gets here, by
// the checksum of the file that the archive is a part of.
#pragma once

#include <memory>

#include "core/backend.h"

namespace splitbench::torch_nn {

// See Backend::open_network().
std::unique_ptr<Segment> open_torch_network(ByteView archive, const NetworkOptions& options);

}  // namespace splitbench::torch_nn
