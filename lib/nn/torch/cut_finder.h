// Where a network can be cut, and what has to cross there.
#pragma once

#include <torch/csrc/jit/ir/alias_analysis.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "nn/torch/frozen_graph.h"
#include "nn/torch/recorded_values.h"
#include "nn/torch/subgraph.h"

namespace splitbench::torch_nn {

// The state of affairs in front of nodes[position]: head = nodes before, tail = the rest.
struct Cut {
  std::size_t position = 0;
  std::size_t after = 0;             // index of the last compute node of the head
  std::vector<jit::Value*> tensors;  // what crosses, in graph order
  // What the tail needs besides and makes for itself, in this order:
  std::vector<std::pair<jit::Value*, c10::IValue>> constants;
  std::vector<jit::Value*> batch_sizes;
  std::vector<jit::Node*> remade;  // list and tuple building, arithmetic on shapes; graph order
  bool tail_writes_input = false;  // the tail works in place on what it receives
  std::string refusal;             // why this cut cannot be offered; empty when it can
};

// Finds cuts by liveness: a value crosses when it is made before and read after. Values that depend
// on shapes only never cross, lists and tuples of tensors are taken apart. One topological order is
// enough for the cuts that one tensor crosses: if every path from input to output runs through a
// value, then in any order nothing else is alive just after it was made.
class CutFinder {
 public:
  CutFinder(const FrozenGraph& graph, const Recording& recording);

  // Indices of the nodes that compute something: no constants, shapes, list or tuple building.
  const std::vector<std::size_t>& compute_nodes() const { return compute_nodes_; }
  // The best cut after each compute node but those at which only the input or output crosses.
  std::vector<Cut> find() const;
  // Whether a node at or after `position` may write to the storage of `value`.
  bool written_after(const jit::Value* value, std::size_t position) const;

  // Whether dimension 0 of the tensor is the batch.
  bool is_batched(const jit::Value* value) const;

  // Adds to `builder` what the tail of `cut` needs beyond its inputs and nodes.
  void add_shape_values(const Cut& cut, SubgraphBuilder& builder) const;

 private:
  Cut cut_at(std::size_t position, std::size_t after) const;
  void resolve(jit::Value* value, Cut& cut, std::vector<jit::Value*>& shapes) const;
  void resolve_shape(jit::Value* value, Cut& cut) const;
  void check_aliases(Cut& cut) const;
  bool is_compute(const jit::Node* node) const;

  const FrozenGraph& graph_;
  const Recording& recording_;
  std::unique_ptr<jit::AliasDb> aliases_;
  std::vector<std::size_t> compute_nodes_;
  std::vector<std::vector<jit::Value*>> reads_;  // by node
  std::vector<std::size_t> writers_;             // nodes that may change a tensor in place
};

}  // namespace splitbench::torch_nn
