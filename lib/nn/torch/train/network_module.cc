#include "nn/torch/train/network_module.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <torch/csrc/jit/passes/inliner.h>

#include <sstream>

namespace splitbench::torch_nn {

NetworkModule::NetworkModule(const NetworkPlan& plan, const std::string& name,
                             const at::Generator& generator, const at::Device& device)
    : module_(c10::QualifiedName("splitbench." + name)) {
  NetworkSource source = network_source(plan, generator);
  module_.register_attribute("training", c10::BoolType::get(), true);
  for (NamedTensor& parameter : source.parameters) {
    parameter.tensor = parameter.tensor.to(device);
    module_.register_parameter(parameter.name, parameter.tensor, false);
    parameters_.push_back(parameter.tensor);
    if (parameter.bounded) bounded_.push_back(parameter);
  }
  for (const NamedTensor& buffer : source.buffers) {
    buffers_.push_back(buffer.tensor.to(device));
    module_.register_buffer(buffer.name, buffers_.back());
  }
  module_.define(source.text);
  const std::shared_ptr<jit::Graph> graph = module_.get_method("forward").graph()->copy();
  jit::Inline(*graph);
  program_ = std::make_unique<Program>(graph, name);
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

Bytes NetworkModule::save() const {
  jit::Module copy = module_.deepcopy();
  copy.eval();
  for (const at::Tensor& parameter : copy.parameters()) parameter.set_requires_grad(false);
  return archive(copy);
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
