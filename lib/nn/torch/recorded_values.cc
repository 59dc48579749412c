#include "nn/torch/recorded_values.h"

#include <ATen/ATen.h>
#include <torch/csrc/jit/ir/alias_analysis.h>

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

// Operations whose output's shape depends on data; the size of such a tensor is data.
bool makes_data_shape(const jit::Node* node) {
  static const std::unordered_set<std::string> kinds = {
      "aten::nonzero",       "aten::masked_select", "aten::_unique2",   "aten::unique_dim",
      "aten::where",         "aten::index",         "torchvision::nms", "aten::unique_consecutive",
      "aten::nonzero_numpy",
  };
  return !node->blocks().empty() || kinds.count(node->kind().toQualString()) != 0;
}

std::unordered_set<const jit::Value*> find_shape_only(const FrozenGraph& graph) {
  const jit::AliasDb aliases(graph.graph);
  std::unordered_set<const jit::Value*> found;
  std::unordered_set<const jit::Value*> data_shaped;
  for (jit::Node* node : graph.nodes) {
    const auto inputs = node->inputs();
    const bool tainted = std::any_of(inputs.begin(), inputs.end(), [&](const jit::Value* value) {
      return data_shaped.count(value) != 0;
    });
    if (tainted || makes_data_shape(node)) {
      data_shaped.insert(node->outputs().begin(), node->outputs().end());
      continue;
    }
    // What is written to later is not what it was when it was made.
    const bool written =
        std::any_of(node->outputs().begin(), node->outputs().end(),
                    [&](const jit::Value* value) { return aliases.hasWriters(value); });
    if (written || node->hasSideEffects() || node->isNondeterministic()) continue;
    const auto known = [&](const jit::Value* value) {
      return value->node()->kind() == c10::prim::Constant || found.count(value) != 0;
    };
    if (std::all_of(inputs.begin(), inputs.end(), known) || reads_only_shape(node)) {
      found.insert(node->outputs().begin(), node->outputs().end());
    }
  }
  return found;
}

// A list or tuple may be changed later by its owner; numbers and strings may not.
c10::IValue frozen_copy(const c10::IValue& value) {
  return value.isTensor() || value.isList() ? value.deepcopy() : value;
}

// Both passes return the network's output. Inputs are cloned: a network may write to its own.
at::Tensor record_batch_1(const FrozenGraph& graph, NodeRunner& runner, const at::Tensor& input,
                          Recording& recording) {
  at::Tensor output;
  runner.run(
      input.clone(), nullptr, [&](std::size_t i, double, const std::vector<c10::IValue>& out) {
        for (std::size_t k = 0; k < out.size(); ++k) {
          const jit::Value* value = graph.nodes[i]->output(k);
          RecordedValue& record = recording.values[value];
          if (out[k].isTensor() && out[k].toTensor().defined()) {
            const at::Tensor& tensor = out[k].toTensor();
            record.tensor = TensorSpec{from_torch_type(tensor.scalar_type()), tensor.sizes().vec()};
            if (value == graph.output) output = tensor.clone();
          }
          if (recording.shape_only.count(value) != 0) record.at_batch_1 = frozen_copy(out[k]);
        }
      });
  return output;
}

at::Tensor record_probe_batch(const FrozenGraph& graph, NodeRunner& runner,
                              const at::Tensor& inputs, Recording& recording) {
  at::Tensor output;
  runner.run(inputs.clone(), nullptr,
             [&](std::size_t i, double, const std::vector<c10::IValue>& out) {
               for (std::size_t k = 0; k < out.size(); ++k) {
                 const jit::Value* value = graph.nodes[i]->output(k);
                 RecordedValue& record = recording.values[value];
                 if (record.tensor && out[k].isTensor() && out[k].toTensor().dim() > 0) {
                   const Shape& one = record.tensor->shape;
                   record.batched =
                       !one.empty() && one[0] == 1 && out[k].toTensor().size(0) == kProbeBatch;
                   if (value == graph.output) output = out[k].toTensor().clone();
                 }
                 if (recording.shape_only.count(value) != 0)
                   record.at_probe_batch = frozen_copy(out[k]);
               }
             });
  return output;
}

// Rounding aside, every image gets in company the answer that it gets alone. Networks that
// normalise over the batch do not pass.
bool answers_alone(const FrozenGraph& graph, NodeRunner& runner, const at::Tensor& inputs,
                   const at::Tensor& outputs) {
  constexpr double kTolerance = 1e-3;
  for (std::int64_t i = 0; i < kProbeBatch; ++i) {
    Recording ignored;
    const at::Tensor alone = record_batch_1(graph, runner, inputs.narrow(0, i, 1), ignored);
    const at::Tensor together = outputs.narrow(0, i, 1);
    if (!alone.is_floating_point()) {
      if (!alone.equal(together)) return false;
      continue;
    }
    const double scale = alone.abs().max().item<double>();
    const double difference = (alone - together).abs().max().item<double>();
    if (!(difference <= kTolerance * scale)) return false;
  }
  return true;
}

}  // namespace

Recording record_values(const FrozenGraph& graph, NodeRunner& runner, const at::Tensor& inputs) {
  Recording recording;
  recording.shape_only = find_shape_only(graph);
  const at::Tensor first = inputs.narrow(0, 0, 1);
  try {
    record_batch_1(graph, runner, first, recording);
  } catch (const std::exception& error) {
    throw bad_input("the network does not accept an input of shape " +
                    shape_text(first.sizes().vec()) + ": " + torch_error_text(error));
  }
  if (!recording.values.at(graph.output).tensor) {
    throw bad_input("the chosen output is not a tensor");
  }
  try {
    const at::Tensor outputs = record_probe_batch(graph, runner, inputs, recording);
    recording.any_batch =
        recording.values.at(graph.output).batched && answers_alone(graph, runner, inputs, outputs);
  } catch (const std::exception&) {
    // Hard-coded batch sizes (view(1, -1)) end here; the network is then used one by one.
    recording.any_batch = false;
  }
  return recording;
}

}  // namespace splitbench::torch_nn
