#include "nn/torch/convert.h"

#include <ATen/ATen.h>

#include <memory>
#include <string>

#include "base/error.h"

namespace splitbench::torch_nn {
namespace {

at::ScalarType to_torch_type(DType dtype) {
  switch (dtype) {
    case DType::kF32:
      return at::kFloat;
    case DType::kF16:
      return at::kHalf;
    case DType::kU8:
      return at::kByte;
    case DType::kI64:
      return at::kLong;
    case DType::kI32:
      return at::kInt;
    case DType::kBool:
      return at::kBool;
    case DType::kF64:
      return at::kDouble;
  }
  throw bad_input("unknown tensor type");
}

}  // namespace

DType from_torch_type(at::ScalarType type) {
  switch (type) {
    case at::kFloat:
      return DType::kF32;
    case at::kHalf:
      return DType::kF16;
    case at::kByte:
      return DType::kU8;
    case at::kLong:
      return DType::kI64;
    case at::kInt:
      return DType::kI32;
    case at::kBool:
      return DType::kBool;
    case at::kDouble:
      return DType::kF64;
    default:
      throw bad_input(std::string("tensors of type ") + c10::toString(type) + " are not supported");
  }
}

at::Tensor to_torch(const Tensor& tensor, const at::Device& device) {
  // from_blob wants a mutable pointer; the header's promise not to write makes the cast sound.
  auto owner = std::make_shared<Tensor>(tensor);
  at::Tensor view = at::from_blob(
      const_cast<void*>(tensor.data()), tensor.shape(), [owner](void*) mutable { owner.reset(); },
      at::TensorOptions(to_torch_type(tensor.dtype())));
  return device.is_cpu() ? view : view.to(device);
}

Tensor from_torch(const at::Tensor& tensor) {
  TensorSpec spec{from_torch_type(tensor.scalar_type()), tensor.sizes().vec()};
  auto owner = std::make_shared<at::Tensor>(tensor.to(at::kCPU).contiguous());
  const void* data = owner->data_ptr();
  return Tensor::wrap(std::move(spec), std::move(owner), data);
}

}  // namespace splitbench::torch_nn
