// A plan of layers as the source of a TorchScript method, and the weights it names.
#pragma once

#include <ATen/core/Generator.h>
#include <ATen/core/Tensor.h>

#include <string>
#include <vector>

#include "core/network_plan.h"

namespace splitbench::torch_nn {

struct NamedTensor {
  std::string name;  // an attribute of the module
  at::Tensor tensor;
  double least = 0;  // what a parameter is held to after each step, if `bounded`
  bool bounded = false;
};

struct NetworkSource {
  std::string text;  // "def forward(self, x): ..."
  std::vector<NamedTensor> parameters;
  std::vector<NamedTensor> buffers;
};

// Weights are drawn as PyTorch's layers draw theirs (uniform within 1 / sqrt(fan-in)); GDN starts
// with beta 1 and gamma 0.1 on the diagonal (Balle et al. 2016), both as square roots, so that they
// stay positive.
NetworkSource network_source(const NetworkPlan& plan, const at::Generator& generator);

}  // namespace splitbench::torch_nn
