// An encoder or decoder as a TorchScript module: trained with autograd, saved as it stands.
#pragma once

#include <torch/csrc/jit/api/module.h>

#include <memory>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "nn/torch/subgraph.h"
#include "nn/torch/train/network_source.h"

namespace splitbench::torch_nn {

class NetworkModule {
 public:
  // Weights are drawn from `generator`.
  NetworkModule(const NetworkPlan& plan, const std::string& name, const at::Generator& generator,
                const at::Device& device);

  // The first `layers` of this network as one of their own that shares its weights.
  std::unique_ptr<NetworkModule> beginning(const NetworkPlan& layers,
                                           const std::string& name) const;

  // Run by the interpreter directly, as networks are (see subgraph.h), so that what autograd sees
  // is one operation a layer. `training`: batch norms use and move their statistics.
  at::Tensor forward(const at::Tensor& x, bool training);

  const std::vector<at::Tensor>& parameters() const { return parameters_; }
  const std::vector<at::Tensor>& buffers() const { return buffers_; }
  // A buffer of this kind ("channels", "condition"); null when there is none.
  const at::Tensor* buffer(const std::string& kind) const;
  // Puts parameters that an optimiser has moved out of their range back to its edge.
  void project();

  // A copy for inference.
  jit::Module for_inference() const;

 private:
  NetworkModule(NetworkSource source, const std::string& name, const at::Device& device);
  void set_training(bool training);

  jit::Module module_;
  std::unique_ptr<Program> program_;
  std::vector<at::Tensor> parameters_, buffers_;
  std::vector<std::string> buffer_names_;
  std::vector<NamedTensor> bounded_;
  bool training_ = true;
};

// The bytes of a TorchScript archive of `module`, its tensors on the CPU.
Bytes archive(const jit::Module& module);

}  // namespace splitbench::torch_nn
