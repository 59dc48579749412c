#include "nn/torch/train/network_piece.h"

#include <ATen/ATen.h>

namespace splitbench::torch_nn {

NetworkPiece::NetworkPiece(const TorchModel& model, const TorchModel::PartRequest& request,
                           TorchModel::Weights weights)
    : program_(std::make_unique<Program>(model.part(request, weights), "piece")),
      writes_input_(model.writes_input(request.from)) {
  if (weights == TorchModel::Weights::kInputs) weights_ = model.weights(request).size();
}

std::vector<at::Tensor> NetworkPiece::run(const at::Tensor& boundary,
                                          const std::vector<at::Tensor>& weights) const {
  if (!program_) return {};
  std::vector<c10::IValue> stack = {writes_input_ ? boundary.clone() : boundary};
  for (std::size_t i = 0; i < weights_; ++i) stack.emplace_back(weights.at(i));
  program_->run(stack);
  std::vector<at::Tensor> outputs;
  for (const c10::IValue& value : stack) outputs.push_back(value.toTensor());
  return outputs;
}

std::vector<at::Tensor> weight_copies(const TorchModel& model,
                                      const TorchModel::PartRequest& request) {
  std::vector<at::Tensor> copies;
  for (const jit::Value* value : model.weights(request)) {
    copies.push_back(jit::toIValue(value)->toTensor().detach().clone());
  }
  return copies;
}

jit::Module piece_module(const TorchModel& model, const TorchModel::PartRequest& request,
                         const std::vector<at::Tensor>& weights, const std::string& name) {
  const std::shared_ptr<jit::Graph> graph =
      model.part(request, TorchModel::Weights::kReplaced, weights);
  if (model.writes_input(request.from)) {
    jit::Value* input = graph->inputs().at(0);
    jit::WithInsertPoint at_start(*graph->nodes().begin());
    jit::Value* copy = graph->insert(c10::aten::clone, {input});
    input->replaceAllUsesAfterNodeWith(copy->node(), copy);
  }
  jit::Module module(c10::QualifiedName("splitbench." + name));
  module.register_attribute("training", c10::BoolType::get(), false);
  graph->insertInput(0, "self")->setType(module.type());
  jit::Function* forward = module._ivalue()->compilation_unit()->create_function(
      c10::QualifiedName(*module.type()->name(), "forward"), graph);
  module.type()->addMethod(forward);
  return module;
}

jit::Module chained(const jit::Module& first, const jit::Module& second, const std::string& name) {
  jit::Module both(c10::QualifiedName("splitbench." + name));
  both.register_attribute("training", c10::BoolType::get(), false);
  both.register_module("first", first);
  both.register_module("second", second);
  both.define("def forward(self, x):\n    return self.second.forward(self.first.forward(x))\n");
  return both;
}

}  // namespace splitbench::torch_nn
