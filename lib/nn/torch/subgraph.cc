#include "nn/torch/subgraph.h"

#include <torch/csrc/jit/ir/constants.h>

#include "base/error.h"

namespace splitbench::torch_nn {

void SubgraphBuilder::add_input(const jit::Value* original) {
  jit::Value* input = graph_->addInput();
  input->setType(original->type());
  copies_[original] = input;
}

void SubgraphBuilder::add_constant(const jit::Value* original, const c10::IValue& value) {
  copies_[original] = graph_->insertConstant(value);
}

void SubgraphBuilder::add_batch_size(const jit::Value* original, const jit::Value* tensor) {
  jit::Value* dimension = graph_->insertConstant(std::int64_t{0});
  copies_[original] = graph_->insert(c10::aten::size, {copies_.at(tensor), dimension});
}

jit::Value* SubgraphBuilder::copy_of(jit::Value* original) {
  const auto found = copies_.find(original);
  if (found != copies_.end()) return found->second;
  if (original->node()->kind() != c10::prim::Constant) {
    throw runtime_failure("internal: a piece of the network reads '" + original->debugName() +
                          "', which is on the other side of the cut");
  }
  jit::Node* constant = graph_->createClone(original->node(), [](jit::Value* v) { return v; });
  graph_->prependNode(constant);
  return copies_[original] = constant->output();
}

void SubgraphBuilder::add_node(jit::Node* node) {
  jit::Node* copy =
      graph_->insertNode(graph_->createClone(node, [this](jit::Value* v) { return copy_of(v); }));
  for (std::size_t i = 0; i < node->outputs().size(); ++i) {
    copies_[node->output(i)] = copy->output(i);
  }
}

void SubgraphBuilder::add_output(jit::Value* original, bool snapshot) {
  jit::Value* value = copy_of(original);
  graph_->registerOutput(snapshot ? graph_->insert(c10::aten::clone, {value}) : value);
}

}  // namespace splitbench::torch_nn
