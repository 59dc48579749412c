#include "nn/torch/train/tensor_state.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <cstring>

#include "base/error.h"

namespace splitbench::torch_nn {

void write_tensors(ByteWriter& writer, const std::vector<at::Tensor>& tensors) {
  writer.varint(tensors.size());
  for (const at::Tensor& tensor : tensors) {
    const at::Tensor plain = tensor.detach().to(at::kCPU).contiguous();
    writer.varint(plain.nbytes());
    writer.raw({plain.data_ptr(), plain.nbytes()});
  }
}

void read_tensors(ByteReader& reader, const std::vector<at::Tensor>& tensors) {
  const at::NoGradGuard guard;
  const auto mismatch = [] {
    return bad_input("the checkpoint holds other tensors than this training has");
  };
  if (reader.varint() != tensors.size()) throw mismatch();
  for (const at::Tensor& tensor : tensors) {
    if (reader.varint() != tensor.nbytes()) throw mismatch();
    at::Tensor plain = at::empty(tensor.sizes(), tensor.options().device(at::kCPU));
    const ByteView bytes = reader.raw(plain.nbytes());
    if (bytes.size != 0) std::memcpy(plain.data_ptr(), bytes.data, bytes.size);
    tensor.copy_(plain);
  }
}

}  // namespace splitbench::torch_nn
