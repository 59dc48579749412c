// Cutting pieces out of a frozen graph and running them as one un-instrumented call.
#pragma once

#include <torch/csrc/jit/runtime/interpreter.h>

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "nn/torch/frozen_graph.h"

namespace splitbench::torch_nn {

// Copies nodes of one graph into a new one, part by part. Constants come along by themselves when
// something reads them (weights are shared, not copied).
class SubgraphBuilder {
 public:
  SubgraphBuilder() : graph_(std::make_shared<jit::Graph>()) {}

  // A new input that stands for `original`.
  void add_input(const jit::Value* original);
  // A constant that stands for `original`.
  void add_constant(const jit::Value* original, const c10::IValue& value);
  // The size of dimension 0 of the copy of `tensor` stands for `original`.
  void add_batch_size(const jit::Value* original, const jit::Value* tensor);
  // A copy of `node`; everything it reads must have a copy or be a constant.
  void add_node(jit::Node* node);
  // The copy of `original` becomes the next output; with `snapshot` a clone of it as it is at this
  // point, which later in-place operations cannot change.
  void add_output(jit::Value* original, bool snapshot = false);

  std::shared_ptr<jit::Graph> graph() const { return graph_; }

 private:
  jit::Value* copy_of(jit::Value* original);

  std::shared_ptr<jit::Graph> graph_;
  std::unordered_map<const jit::Value*, jit::Value*> copies_;
};

// A graph compiled for LibTorch's interpreter: what `forward` runs after its own optimisation
// passes, so a program costs one dispatch per operation and nothing else.
class Program {
 public:
  Program(const std::shared_ptr<jit::Graph>& graph, const std::string& name) : code_(graph, name) {}

  // The stack holds the inputs and, afterwards, the outputs.
  void run(std::vector<c10::IValue>& stack) const { jit::InterpreterState(code_).run(stack); }

 private:
  jit::Code code_;
};

}  // namespace splitbench::torch_nn
