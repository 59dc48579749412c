#include "nn/torch/train/network_module.h"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <ATen/core/grad_mode.h>
#include <torch/csrc/jit/passes/inliner.h>

#include <sstream>
#include <utility>

namespace splitbench::torch_nn {

NetworkModule::NetworkModule(const NetworkPlan& plan, const std::string& name,
                             const at::Generator& generator, const at::Device& device)
    : NetworkModule(network_source(plan, generator), name, device) {}

NetworkModule::NetworkModule(NetworkSource source, const std::string& name,
                             const at::Device& device)
    : module_(c10::QualifiedName("splitbench." + name)) {
  module_.register_attribute("training", c10::BoolType::get(), true);
  for (NamedTensor& parameter : source.parameters) {
    parameter.tensor = parameter.tensor.to(device);
    module_.register_parameter(parameter.name, parameter.tensor, false);
    parameters_.push_back(parameter.tensor);
    if (parameter.bounded) bounded_.push_back(parameter);
  }
  for (const NamedTensor& buffer : source.buffers) {
    buffers_.push_back(buffer.tensor.to(device));
    buffer_names_.push_back(buffer.name);
    module_.register_buffer(buffer.name, buffers_.back());
  }
  module_.define(source.text);
  const std::shared_ptr<jit::Graph> graph = module_.get_method("forward").graph()->copy();
  jit::Inline(*graph);
  program_ = std::make_unique<Program>(graph, name);
}

std::unique_ptr<NetworkModule> NetworkModule::beginning(const NetworkPlan& layers,
                                                        const std::string& name) const {
  NetworkSource source = network_source(layers, at::detail::createCPUGenerator());
  for (std::size_t i = 0; i < source.parameters.size(); ++i) {
    source.parameters[i].tensor = parameters_.at(i);
  }
  for (std::size_t i = 0; i < source.buffers.size(); ++i) {
    source.buffers[i].tensor = buffers_.at(i);
  }
  const at::Device device = parameters_.empty() ? at::Device(at::kCPU) : parameters_[0].device();
  return std::unique_ptr<NetworkModule>(new NetworkModule(std::move(source), name, device));
}

const at::Tensor* NetworkModule::buffer(const std::string& kind) const {
  for (std::size_t i = 0; i < buffers_.size(); ++i) {
    if (buffer_names_[i].compare(0, kind.size(), kind) == 0) return &buffers_[i];
  }
  return nullptr;
}

void NetworkModule::set_training(bool training) {
  if (training_ == training) return;
  module_.train(training);
  training_ = training;
}

at::Tensor NetworkModule::forward(const at::Tensor& x, bool training) {
  set_training(training);
  std::vector<c10::IValue> stack = {module_._ivalue(), x};
  program_->run(stack);
  return stack.at(0).toTensor();
}

void NetworkModule::project() {
  const at::NoGradGuard guard;
  for (NamedTensor& parameter : bounded_) parameter.tensor.clamp_min_(parameter.least);
}

jit::Module NetworkModule::for_inference() const {
  jit::Module copy = module_.deepcopy();
  copy.eval();
  for (const at::Tensor& parameter : copy.parameters()) parameter.set_requires_grad(false);
  return copy;
}

Bytes archive(const jit::Module& module) {
  jit::Module copy = module;
  copy.to(at::kCPU);
  std::ostringstream stream;
  copy.save(stream);
  const std::string text = stream.str();
  return Bytes(text.begin(), text.end());
}

}  // namespace splitbench::torch_nn
