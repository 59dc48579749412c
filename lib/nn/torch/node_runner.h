// Runs a frozen graph one node at a time: to learn shapes, and to attribute time to layers.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "nn/torch/frozen_graph.h"
#include "nn/torch/subgraph.h"

namespace splitbench::torch_nn {

class NodeRunner {
 public:
  explicit NodeRunner(const FrozenGraph& graph);

  // Called after each node with its index, its wall-clock seconds (values that die there freed
  // within) and its outputs, which must not be kept.
  using Visitor =
      std::function<void(std::size_t index, double seconds, const std::vector<c10::IValue>& out)>;
  // `synchronise` is called before each clock reading (CUDA); may be empty.
  void run(const at::Tensor& input, const std::function<void()>& synchronise, const Visitor& visit);

 private:
  struct Step {
    std::optional<jit::Operation> operation;  // of plain operations
    std::unique_ptr<Program> program;         // of everything else: list building, blocks
    std::vector<int> reads;                   // slots of the inputs
    std::vector<int> writes;                  // slots of the outputs
    std::vector<int> dying;                   // slots read for the last time
  };

  int slot_of(const jit::Value* value);
  Step make_step(jit::Node* node);

  std::vector<Step> steps_;
  std::unordered_map<const jit::Value*, int> slots_;
  std::vector<c10::IValue> constants_;  // by slot; None where not a constant
  int input_slot_ = 0;
};

}  // namespace splitbench::torch_nn
