#include "nn/torch/recorded_values.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <exception>
#include <string>

#include "base/error.h"
#include "nn/torch/convert.h"
#include "nn/torch/torch_errors.h"

namespace splitbench::torch_nn {
namespace {

// Operations that read a tensor's shape or type and not its elements.
bool reads_only_shape(const jit::Node* node) {
  static const std::unordered_set<std::string> kinds = {
      "aten::size",  "aten::dim",    "aten::numel",  "aten::len",     "aten::is_floating_point",
      "prim::dtype", "prim::device", "prim::layout", "prim::is_cuda", "prim::shape",
  };
  return kinds.count(node->kind().toQualString()) != 0;
}

std::unordered_set<const jit::Value*> find_shape_only(const FrozenGraph& graph) {
  std::unordered_set<const jit::Value*> found;
  for (jit::Node* node : graph.nodes) {
    if (!node->blocks().empty() || node->hasSideEffects() || node->isNondeterministic()) continue;
    const auto known = [&](const jit::Value* value) {
      return value->node()->kind() == c10::prim::Constant || found.count(value) != 0;
    };
    const bool from_shapes = std::all_of(node->inputs().begin(), node->inputs().end(), known);
    if (from_shapes || reads_only_shape(node)) {
      found.insert(node->outputs().begin(), node->outputs().end());
    }
  }
  return found;
}

// A list or tuple may be changed later by its owner; numbers and strings may not.
c10::IValue frozen_copy(const c10::IValue& value) {
  return value.isTensor() || value.isList() ? value.deepcopy() : value;
}

void record_batch_1(const FrozenGraph& graph, NodeRunner& runner, const at::Tensor& input,
                    Recording& recording) {
  runner.run(input, nullptr, [&](std::size_t i, double, const std::vector<c10::IValue>& out) {
    for (std::size_t k = 0; k < out.size(); ++k) {
      const jit::Value* value = graph.nodes[i]->output(k);
      RecordedValue& record = recording.values[value];
      if (out[k].isTensor() && out[k].toTensor().defined()) {
        const at::Tensor& tensor = out[k].toTensor();
        record.tensor = TensorSpec{from_torch_type(tensor.scalar_type()), tensor.sizes().vec()};
      }
      if (recording.shape_only.count(value) != 0) record.at_batch_1 = frozen_copy(out[k]);
    }
  });
}

void record_batch_2(const FrozenGraph& graph, NodeRunner& runner, const at::Tensor& input,
                    Recording& recording) {
  runner.run(input, nullptr, [&](std::size_t i, double, const std::vector<c10::IValue>& out) {
    for (std::size_t k = 0; k < out.size(); ++k) {
      const jit::Value* value = graph.nodes[i]->output(k);
      RecordedValue& record = recording.values[value];
      if (record.tensor && out[k].isTensor() && out[k].toTensor().dim() > 0) {
        const Shape& one = record.tensor->shape;
        record.batched = !one.empty() && one[0] == 1 && out[k].toTensor().size(0) == 2;
      }
      if (recording.shape_only.count(value) != 0) record.at_batch_2 = frozen_copy(out[k]);
    }
  });
}

}  // namespace

Recording record_values(const FrozenGraph& graph, NodeRunner& runner, const at::Tensor& input) {
  Recording recording;
  recording.shape_only = find_shape_only(graph);
  try {
    record_batch_1(graph, runner, input, recording);
  } catch (const std::exception& error) {
    throw bad_input("the network does not accept an input of shape " +
                    shape_text(input.sizes().vec()) + ": " + torch_error_text(error));
  }
  const RecordedValue& output = recording.values.at(graph.output);
  if (!output.tensor) throw bad_input("the chosen output is not a tensor");
  try {
    record_batch_2(graph, runner, at::cat({input, input.flip(0)}), recording);
    recording.any_batch = recording.values.at(graph.output).batched;
  } catch (const std::exception&) {
    // Hard-coded batch sizes (view(1, -1)) end here; the network is then used one by one.
    recording.any_batch = false;
  }
  return recording;
}

}  // namespace splitbench::torch_nn
