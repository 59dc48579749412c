// Arithmetic and weights of one operation.
#pragma once

#include <cstdint>

#include "core/tensor.h"
#include "nn/torch/frozen_graph.h"

namespace splitbench::torch_nn {

// Multiply-accumulates of `node` given the shape of its output: convolutions, linear layers and
// matrix products; 0 for everything else, as is the field's custom. `input` is the shape of the
// node's first input (needed by transposed convolutions and matrix products).
//   convolution: outputs x (weights / output channels);  transposed: inputs x (weights / input ch.)
//   linear, addmm, matmul, bmm: outputs x inner dimension
std::uint64_t multiply_accumulates(jit::Node* node, const Shape& input, const Shape& output);

// Bytes of the constant tensors that the node reads, blocks included.
std::size_t constant_bytes(jit::Node* node);

}  // namespace splitbench::torch_nn
