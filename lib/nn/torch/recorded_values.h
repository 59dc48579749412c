// What the values of a network are when it runs: shapes, and which of them do not depend on data.
#pragma once

#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "core/tensor.h"
#include "nn/torch/frozen_graph.h"
#include "nn/torch/node_runner.h"

namespace splitbench::torch_nn {

// One value at batch 1 and, when the network allows it, at batch 2.
struct RecordedValue {
  std::optional<TensorSpec> tensor;  // at batch 1, when it is a tensor
  bool batched = false;              // a tensor whose dimension 0 is the batch
  c10::IValue at_batch_1;            // set for values that depend on the input's shape only
  c10::IValue at_batch_2;
};

struct Recording {
  std::unordered_map<const jit::Value*, RecordedValue> values;
  // Values computed from the input's shape alone, never from its data: sizes, shape lists, zeros().
  std::unordered_set<const jit::Value*> shape_only;
  bool any_batch = true;  // the network also runs at batch 2
};

// Runs the graph node by node at batch 1 (and 2). `input` has batch 1.
// Throws Error{kBadInput} with LibTorch's reason when the network does not accept the input.
Recording record_values(const FrozenGraph& graph, NodeRunner& runner, const at::Tensor& input);

}  // namespace splitbench::torch_nn
