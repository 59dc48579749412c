// Tensors of known shapes as bytes, for checkpoints.
#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "base/bytes.h"

namespace splitbench::torch_nn {

// Number of tensors, then of each its bytes and their count.
void write_tensors(ByteWriter& writer, const std::vector<at::Tensor>& tensors);

// Fills `tensors` in place. Throws Error{kBadInput} when the bytes are not of tensors like these;
// some may then have been filled.
void read_tensors(ByteReader& reader, const std::vector<at::Tensor>& tensors);

}  // namespace splitbench::torch_nn
