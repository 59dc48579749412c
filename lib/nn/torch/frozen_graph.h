// A TorchScript file as one flat, frozen dataflow graph: the thing that gets cut.
#pragma once

#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/ir/ir.h>

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace splitbench::torch_nn {

namespace jit = torch::jit;

// Owns the graph. `nodes` are the top-level nodes without constants, in execution order; a node
// with blocks (prim::If, prim::Loop) is one atomic step. Immutable after loading.
struct FrozenGraph {
  std::shared_ptr<jit::Graph> graph;
  std::vector<jit::Node*> nodes;
  jit::Value* input = nullptr;                                  // the network's one tensor input
  jit::Value* output = nullptr;                                 // the chosen output, a tensor
  std::unordered_map<const jit::Value*, std::size_t> position;  // value -> index of its node
};

// Freezes (weights become constants), inlines, drops shape assertions, makes list building
// functional and keeps only the output named by `selector` (a number, or a field or key name).
// `module` stays as it is. Throws Error{kBadInput} for networks that cannot be cut: more than one
// tensor input, state changed by forward, no such output.
FrozenGraph freeze_to_graph(const jit::Module& module, const std::string& selector);

// Picks the same output from what the module's own forward returned.
at::Tensor select_output(const c10::IValue& result, const std::string& selector);

// Every value that `node` reads, those read inside its blocks included, defined outside of it.
std::vector<jit::Value*> values_read(jit::Node* node);

}  // namespace splitbench::torch_nn
