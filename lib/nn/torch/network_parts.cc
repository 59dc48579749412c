// The parts of a network that training runs: pieces between splits, weights as inputs.
#include <torch/csrc/jit/ir/constants.h>

#include <algorithm>
#include <unordered_set>

#include "base/error.h"
#include "nn/torch/torch_errors.h"
#include "nn/torch/torch_model.h"
#include "nn/torch/train/torch_trainer.h"

namespace splitbench::torch_nn {
namespace {

// The values that a layer reads as its weights: those its schema calls so.
std::vector<const jit::Value*> weights_of(const jit::Node* node) {
  std::vector<const jit::Value*> weights;
  const c10::FunctionSchema* schema = node->maybeSchema();
  if (schema == nullptr) return weights;
  const bool addmm = node->kind() == c10::Symbol::aten("addmm");
  for (std::size_t i = 0; i < schema->arguments().size(); ++i) {
    const std::string& name = schema->arguments()[i].name();
    const bool weight = name == "weight" || name == "bias" ||
                        (addmm && (name == "self" || name == "mat2")) ||
                        (node->kind() == c10::Symbol::aten("matmul") && name == "other");
    if (weight) weights.push_back(node->input(i));
  }
  return weights;
}

bool is_float_tensor(const jit::Value* value) {
  const auto constant = jit::toIValue(value);
  return constant && constant->isTensor() && constant->toTensor().defined() &&
         constant->toTensor().is_floating_point() && constant->toTensor().dim() > 0;
}

}  // namespace

std::size_t TorchModel::split_index(const std::string& id) const {
  for (std::size_t i = 0; i < info_.splits.size(); ++i) {
    if (info_.splits[i].id == id) return i;
  }
  throw bad_input(options_.path + ": has no split '" + id + "'");
}

bool TorchModel::writes_input(std::size_t from) const {
  const std::vector<jit::Value*> values = crossing(from);
  return std::any_of(values.begin(), values.end(), [&](const jit::Value* value) {
    return finder_->written_after(value, position(from));
  });
}

// The node behind the last one of a part.
std::size_t TorchModel::end_position(const PartRequest& request) const {
  if (request.scores) return graph_.nodes.size();
  std::size_t end = position(request.from);
  for (const std::size_t output : request.outputs) end = std::max(end, position(output));
  return end;
}

std::uint64_t TorchModel::macs(const PartRequest& request) const {
  const std::vector<std::size_t>& compute = finder_->compute_nodes();
  const std::size_t begin = position(request.from), end = end_position(request);
  std::uint64_t macs = 0;
  for (std::size_t k = 0; k < compute.size(); ++k) {
    if (compute[k] >= begin && compute[k] < end) macs += info_.layers[k].macs;
  }
  return macs;
}

std::vector<const jit::Value*> TorchModel::weights(const PartRequest& request) const {
  std::vector<const jit::Value*> weights;
  std::unordered_set<const jit::Value*> seen;
  const std::size_t end = end_position(request);
  for (std::size_t i = position(request.from); i < end; ++i) {
    for (const jit::Value* value : weights_of(graph_.nodes[i])) {
      if (is_float_tensor(value) && seen.insert(value).second) weights.push_back(value);
    }
  }
  return weights;
}

std::shared_ptr<jit::Graph> TorchModel::part(const PartRequest& request, Weights treatment,
                                             const std::vector<at::Tensor>& replacements) const {
  SubgraphBuilder builder;
  for (const jit::Value* value : crossing(request.from)) builder.add_input(value);
  const std::vector<const jit::Value*> weight_values = weights(request);
  for (std::size_t i = 0; i < weight_values.size(); ++i) {
    if (treatment == Weights::kInputs) builder.add_input(weight_values[i]);
    if (treatment == Weights::kReplaced) {
      builder.add_constant(weight_values[i], replacements.at(i).detach().clone());
    }
  }
  if (info_.splits.at(request.from).kind == SplitKind::kInner) {
    finder_->add_shape_values(cuts_[request.from], builder);
  }
  std::vector<std::size_t> outputs = request.outputs;
  std::sort(outputs.begin(), outputs.end());
  const std::size_t end = end_position(request);
  for (std::size_t i = position(request.from);; ++i) {
    for (const std::size_t output : outputs) {
      if (position(output) != i) continue;
      for (jit::Value* value : crossing(output)) {
        builder.add_output(value, finder_->written_after(value, i));
      }
    }
    if (i >= end) break;
    builder.add_node(graph_.nodes[i]);
  }
  if (request.scores) builder.add_output(graph_.output);
  return builder.graph();
}

std::unique_ptr<Trainer> TorchModel::trainer(const TrainingPlan& plan, std::uint64_t seed) {
  return translated("training", [&] {
    std::shared_ptr<Teachers> teachers = teachers_.lock();
    if (!teachers) teachers_ = teachers = std::make_shared<Teachers>(*this);
    return std::make_unique<TorchTrainer>(*this, plan, seed, std::move(teachers));
  });
}

}  // namespace splitbench::torch_nn
