// The devices that networks run on, by the names that users write.
#pragma once

#include <c10/core/Device.h>

#include <functional>
#include <string>

namespace splitbench::torch_nn {

// Throws Error{kBadInput} for what is no device, or none that this LibTorch can use.
at::Device parse_device(const std::string& text);

// Waits for what the device has been given to do; empty on the CPU.
std::function<void()> synchroniser(const at::Device& device);

}  // namespace splitbench::torch_nn
