#include "nn/torch/torch_device.h"

#include <ATen/Context.h>
#include <ATen/detail/CUDAHooksInterface.h>

#include "base/error.h"

namespace splitbench::torch_nn {

at::Device parse_device(const std::string& text) {
  try {
    const at::Device device(text);
    if (device.is_cpu()) return device;
    if (device.is_cuda() && at::hasCUDA()) return device;
  } catch (const std::exception&) {
    throw bad_input("--device '" + text + "' is not a device; write cpu or cuda:0");
  }
  throw bad_input("--device '" + text + "': this LibTorch cannot use it; try --device cpu");
}

std::function<void()> synchroniser(const at::Device& device) {
  if (!device.is_cuda()) return nullptr;
  return [index = device.index()] { at::detail::getCUDAHooks().deviceSynchronize(index); };
}

}  // namespace splitbench::torch_nn
