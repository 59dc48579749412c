// Tensors between splitbench and LibTorch.
#pragma once

#include <ATen/core/Tensor.h>

#include "core/tensor.h"

namespace splitbench::torch_nn {

// A LibTorch view of `tensor` on `device`: no copy on the CPU, so it must not be written to.
at::Tensor to_torch(const Tensor& tensor, const at::Device& device);

// Contiguous on the CPU; shares the storage when `tensor` already is. Throws Error{kBadInput} for
// element types that splitbench does not have.
Tensor from_torch(const at::Tensor& tensor);

// The element type; throws Error{kBadInput} as from_torch does.
DType from_torch_type(at::ScalarType type);

}  // namespace splitbench::torch_nn
