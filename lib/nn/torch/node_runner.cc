#include "nn/torch/node_runner.h"

#include <torch/csrc/jit/ir/constants.h>

#include <algorithm>

#include "base/clock.h"

namespace splitbench::torch_nn {
namespace {

std::vector<jit::Value*> unique_reads(jit::Node* node) {
  std::vector<jit::Value*> unique;
  for (jit::Value* value : values_read(node)) {
    if (std::find(unique.begin(), unique.end(), value) == unique.end()) unique.push_back(value);
  }
  return unique;
}

}  // namespace

NodeRunner::NodeRunner(const FrozenGraph& graph) {
  input_slot_ = slot_of(graph.input);
  for (jit::Node* node : graph.nodes) steps_.push_back(make_step(node));
  std::unordered_map<int, std::size_t> last_read;
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    for (const int slot : steps_[i].reads) last_read[slot] = i;
    for (const int slot : steps_[i].writes) last_read.emplace(slot, i);
  }
  for (const auto& [slot, step] : last_read) {
    const bool constant = !constants_[static_cast<std::size_t>(slot)].isNone();
    if (!constant) steps_[step].dying.push_back(slot);
  }
}

int NodeRunner::slot_of(const jit::Value* value) {
  const auto [entry, added] = slots_.emplace(value, static_cast<int>(slots_.size()));
  if (added) {
    const bool constant = value->node()->kind() == c10::prim::Constant;
    constants_.push_back(constant ? *jit::toIValue(value) : c10::IValue());
  }
  return entry->second;
}

NodeRunner::Step NodeRunner::make_step(jit::Node* node) {
  Step step;
  const bool plain = node->blocks().empty() && node->maybeOperator() != nullptr;
  // A plain operation wants every argument in its place, a program each value once.
  const std::vector<jit::Value*> reads = plain ? node->inputs().vec() : unique_reads(node);
  for (const jit::Value* value : reads) step.reads.push_back(slot_of(value));
  for (const jit::Value* value : node->outputs()) step.writes.push_back(slot_of(value));
  if (plain) {
    step.operation = node->getOperation();
    return step;
  }
  SubgraphBuilder builder;
  for (const jit::Value* value : reads) builder.add_input(value);
  builder.add_node(node);
  for (jit::Value* value : node->outputs()) builder.add_output(value);
  step.program = std::make_unique<Program>(builder.graph(), "step");
  return step;
}

void NodeRunner::run(const at::Tensor& input, const std::function<void()>& synchronise,
                     const Visitor& visit) {
  std::vector<c10::IValue> slots = constants_;
  slots[static_cast<std::size_t>(input_slot_)] = input;
  std::vector<c10::IValue> stack;
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    Step& step = steps_[i];
    if (synchronise) synchronise();
    const double start = monotonic_s();
    for (const int slot : step.reads) stack.push_back(slots[static_cast<std::size_t>(slot)]);
    if (step.operation) {
      (*step.operation)(stack);
    } else {
      step.program->run(stack);
    }
    for (std::size_t k = 0; k < step.writes.size(); ++k) {
      slots[static_cast<std::size_t>(step.writes[k])] = stack[k];
    }
    for (const int slot : step.dying) slots[static_cast<std::size_t>(slot)] = c10::IValue();
    if (synchronise) synchronise();
    const double seconds = monotonic_s() - start;
    visit(i, seconds, stack);
    stack.clear();
  }
}

}  // namespace splitbench::torch_nn
