// What the values of a network are when it runs: shapes, and which of them do not depend on data.
#pragma once

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "core/tensor.h"
#include "nn/torch/frozen_graph.h"
#include "nn/torch/node_runner.h"

namespace splitbench::torch_nn {

// One value at batch 1 and, when the network allows it, at batch kProbeBatch.
struct RecordedValue {
  std::optional<TensorSpec> tensor;  // at batch 1, when it is a tensor
  bool batched = false;              // a tensor whose dimension 0 is the batch
  c10::IValue at_batch_1;            // set for values that depend on the input's shape only
  c10::IValue at_probe_batch;
};

struct Recording {
  std::unordered_map<const jit::Value*, RecordedValue> values;
  // Values computed from the input's shape alone, never from its data, and never written to: sizes,
  // shape lists, position tables.
  std::unordered_set<const jit::Value*> shape_only;
  // The network runs at other batches too, and gives each image the answer that it gets alone.
  bool any_batch = true;
};

// The batch that values are compared with: one that max(batch, 2) and the like do not hide from.
constexpr std::int64_t kProbeBatch = 3;

// Runs the graph node by node at batch 1 and, on different images, at kProbeBatch. `inputs` has
// kProbeBatch images.
// Throws Error{kBadInput} with LibTorch's reason when the network does not accept the input.
Recording record_values(const FrozenGraph& graph, NodeRunner& runner, const at::Tensor& input);

}  // namespace splitbench::torch_nn
