#include "nn/torch/frozen_graph.h"

#include <torch/csrc/jit/ir/constants.h>
#include <torch/csrc/jit/passes/constant_propagation.h>
#include <torch/csrc/jit/passes/dead_code_elimination.h>
#include <torch/csrc/jit/passes/freeze_module.h>
#include <torch/csrc/jit/passes/inliner.h>
#include <torch/csrc/jit/passes/lower_tuples.h>
#include <torch/csrc/jit/passes/remove_exceptions.h>
#include <torch/csrc/jit/passes/remove_mutation.h>

#include <algorithm>
#include <unordered_set>

#include "base/error.h"
#include "base/nearest.h"

namespace splitbench::torch_nn {
namespace {

using jit::Graph;
using jit::Node;
using jit::Value;

// The one tensor input; parameters with defaults become constants.
Value* bind_inputs(Graph& graph, const c10::FunctionSchema& schema) {
  std::vector<std::string> tensors;
  Value* input = nullptr;
  for (std::size_t i = graph.inputs().size(); i-- > 1;) {
    Value* value = graph.inputs()[i];
    const c10::Argument& argument = schema.arguments().at(i);
    if (argument.default_value()) {
      jit::WithInsertPoint guard(*graph.nodes().begin());
      value->replaceAllUsesWith(graph.insertConstant(*argument.default_value()));
      graph.eraseInput(i);
      continue;
    }
    if (!value->type()->isSubtypeOf(*c10::TensorType::get())) {
      throw bad_input("forward's argument '" + argument.name() + "' is a " +
                      argument.type()->str() + "; splitbench cuts networks of one tensor input");
    }
    tensors.push_back(argument.name());
    input = value;
  }
  if (tensors.size() != 1) {
    std::reverse(tensors.begin(), tensors.end());
    std::string names;
    for (const std::string& name : tensors) names += (names.empty() ? "" : ", ") + name;
    throw bad_input("forward takes " + std::to_string(tensors.size()) + " tensors (" + names +
                    "); splitbench cuts networks of one tensor input: wrap it in a module that "
                    "fixes the others");
  }
  return input;
}

// `append` in top-level code to a list that nothing else can see becomes a new, longer list:
// DenseNet builds its inputs so, and a list that changes cannot be cut. (LibTorch's own
// RemoveListMutation gives up when the list is read between two appends.)
void make_appends_functional(Graph& graph) {
  std::vector<Node*> appends;
  for (Node* node : graph.nodes()) {
    if (node->kind() == c10::aten::append) appends.push_back(node);
  }
  for (Node* append : appends) {
    Node* list = append->input(0)->node();
    if (list->kind() != c10::prim::ListConstruct || list->owningBlock() != graph.block()) continue;
    jit::WithInsertPoint guard(append);
    std::vector<Value*> elements = list->inputs().vec();
    elements.push_back(append->input(1));
    Node* longer = graph.insertNode(graph.createList(append->input(1)->type(), elements));
    longer->output()->setType(list->output()->type());
    longer->copyMetadata(append);
    list->output()->replaceAllUsesAfterNodeWith(append, longer->output());
    append->output()->replaceAllUsesWith(longer->output());
    append->destroy();
  }
}

// The same for `result["out"] = x`, as segmentation networks build what they return.
void make_assignments_functional(Graph& graph) {
  std::vector<Node*> assignments;
  for (Node* node : graph.nodes()) {
    if (node->kind() == c10::aten::_set_item) assignments.push_back(node);
  }
  for (Node* assignment : assignments) {
    Node* dict = assignment->input(0)->node();
    if (dict->kind() != c10::prim::DictConstruct || dict->owningBlock() != graph.block()) continue;
    const auto type = dict->output()->type()->expect<c10::DictType>();
    std::vector<Value*> keys, values;
    for (std::size_t i = 0; i < dict->inputs().size(); i += 2) {
      keys.push_back(dict->input(i));
      values.push_back(dict->input(i + 1));
    }
    keys.push_back(assignment->input(1));
    values.push_back(assignment->input(2));
    jit::WithInsertPoint guard(assignment);
    Node* larger =
        graph.insertNode(graph.createDict(type->getKeyType(), type->getValueType(), keys, values));
    dict->output()->replaceAllUsesAfterNodeWith(assignment, larger->output());
    assignment->destroy();
  }
}

// warnings.warn() in forward would print in the middle of a measurement.
void drop_warnings(jit::Block* block) {
  for (auto node = block->nodes().begin(); node != block->nodes().end(); ++node) {
    for (jit::Block* nested : node->blocks()) drop_warnings(nested);
    if (node->kind() == c10::aten::warn) node.destroyCurrent();
  }
}

// Names of the outputs that a value holds, in order: fields, keys, or numbers.
std::vector<std::string> output_names(const Value* value) {
  const Node* node = value->node();
  std::vector<std::string> names;
  if (const auto tuple = value->type()->cast<c10::TupleType>()) {
    for (std::size_t i = 0; i < tuple->elements().size(); ++i) {
      const bool named = tuple->schema() != nullptr;
      names.push_back(named ? tuple->schema()->arguments().at(i).name() : std::to_string(i));
    }
  } else if (node->kind() == c10::prim::DictConstruct) {
    for (std::size_t i = 0; i < node->inputs().size(); i += 2) {
      const auto key = jit::toIValue(node->input(i));
      names.push_back(key && key->isString() ? key->toStringRef() : std::to_string(i / 2));
    }
  } else if (node->kind() == c10::prim::ListConstruct) {
    for (std::size_t i = 0; i < node->inputs().size(); ++i) names.push_back(std::to_string(i));
  }
  return names;
}

// A selector is a name, or the ordinal of one.
std::size_t selected_index(const std::vector<std::string>& names, const std::string& selector) {
  const auto found = std::find(names.begin(), names.end(), selector);
  if (found != names.end()) return static_cast<std::size_t>(found - names.begin());
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (selector == std::to_string(i)) return i;
  }
  throw bad_input("--model-output '" + selector + "': the network has no such output" +
                  suggestion(selector, names));
}

Value* choose_output(Graph& graph, const std::string& selector) {
  Value* result = graph.outputs().at(0);
  if (result->type()->isSubtypeOf(*c10::TensorType::get())) {
    selected_index({"0"}, selector);
    return result;
  }
  const std::vector<std::string> names = output_names(result);
  if (names.empty()) {
    throw bad_input("forward returns a " + result->type()->str() +
                    " that is not put together at its end; splitbench needs a tensor, or a tuple, "
                    "list or dict of tensors built in forward");
  }
  const std::size_t index = selected_index(names, selector);
  Node* node = result->node();
  Value* chosen = nullptr;
  if (node->kind() == c10::prim::DictConstruct) {
    chosen = node->input(2 * index + 1);
  } else if (node->kind() == c10::prim::ListConstruct ||
             node->kind() == c10::prim::TupleConstruct) {
    chosen = node->input(index);
  } else {
    jit::WithInsertPoint guard(graph.block());
    Value* position = graph.insertConstant(static_cast<std::int64_t>(index));
    const c10::TypePtr type = result->type()->expectRef<c10::TupleType>().elements().at(index);
    chosen = graph.insertNode(graph.createTupleIndex(result, position, type))->output();
  }
  if (!chosen->type()->isSubtypeOf(*c10::TensorType::get())) {
    throw bad_input("--model-output '" + selector + "' is a " + chosen->type()->str() +
                    ", not a tensor");
  }
  return chosen;
}

void refuse_state(const Graph& graph) {
  for (const Node* node : graph.nodes()) {
    if (node->kind() == c10::prim::SetAttr) {
      throw bad_input("forward changes the module's attribute '" + node->s(c10::attr::name) +
                      "'; a network with memory cannot be cut");
    }
  }
  if (graph.inputs().at(0)->hasUses()) {
    throw bad_input(
        "forward still reads mutable attributes of the module after freezing; a "
        "network with memory cannot be cut");
  }
}

void collect_reads(jit::Block* block, std::unordered_set<const Value*>& inside,
                   std::vector<Value*>& reads) {
  inside.insert(block->inputs().begin(), block->inputs().end());
  for (Node* node : block->nodes()) {
    for (Value* value : node->inputs()) {
      if (inside.count(value) == 0) reads.push_back(value);
    }
    for (jit::Block* nested : node->blocks()) collect_reads(nested, inside, reads);
    inside.insert(node->outputs().begin(), node->outputs().end());
  }
  for (Value* value : block->outputs()) {
    if (inside.count(value) == 0) reads.push_back(value);
  }
}

}  // namespace

FrozenGraph freeze_to_graph(const jit::Module& module, const std::string& selector) {
  const jit::Module frozen = jit::freeze_module(module);
  const jit::Method forward = frozen.get_method("forward");
  FrozenGraph result;
  result.graph = forward.graph()->copy();
  Graph& graph = *result.graph;
  jit::Inline(graph);
  // Assertions on shapes held when the network was run for its shapes; gone, they no longer stand
  // between two operations.
  jit::EliminateExceptions(result.graph);
  drop_warnings(graph.block());
  jit::RemoveListMutation(result.graph);
  make_appends_functional(graph);
  make_assignments_functional(graph);
  jit::ConstantPropagation(result.graph);
  jit::LowerSimpleTuples(result.graph);
  refuse_state(graph);
  result.input = bind_inputs(graph, forward.function().getSchema());
  Value* output = choose_output(graph, selector);
  graph.eraseOutput(0);
  graph.registerOutput(output);
  jit::EliminateDeadCode(result.graph);
  graph.eraseInput(0);
  result.output = graph.outputs().at(0);
  for (Node* node : graph.nodes()) {
    if (node->kind() == c10::prim::Constant) continue;
    for (const Value* value : node->outputs()) result.position[value] = result.nodes.size();
    result.nodes.push_back(node);
  }
  if (result.output == result.input || result.output->node()->kind() == c10::prim::Constant) {
    throw bad_input("the chosen output does not depend on the input");
  }
  return result;
}

at::Tensor select_output(const c10::IValue& result, const std::string& selector) {
  if (result.isTensor()) return result.toTensor();
  std::vector<std::string> names;
  std::vector<c10::IValue> values;
  if (result.isTuple()) {
    values = result.toTupleRef().elements().vec();
    const auto type = result.type()->cast<c10::TupleType>();
    const bool named = type && type->schema() != nullptr;
    for (std::size_t i = 0; i < values.size(); ++i) {
      names.push_back(named ? type->schema()->arguments().at(i).name() : std::to_string(i));
    }
  } else if (result.isGenericDict()) {
    for (const auto& entry : result.toGenericDict()) {
      names.push_back(entry.key().isString() ? entry.key().toStringRef()
                                             : std::to_string(names.size()));
      values.push_back(entry.value());
    }
  } else if (result.isTensorList()) {
    for (const at::Tensor& tensor : result.toTensorVector()) {
      names.push_back(std::to_string(names.size()));
      values.emplace_back(tensor);
    }
  }
  const c10::IValue& value = values.at(selected_index(names, selector));
  if (!value.isTensor()) throw bad_input("--model-output '" + selector + "' is not a tensor");
  return value.toTensor();
}

std::vector<Value*> values_read(Node* node) {
  std::vector<Value*> reads = node->inputs().vec();
  std::unordered_set<const Value*> inside;
  for (jit::Block* block : node->blocks()) collect_reads(block, inside, reads);
  return reads;
}

}  // namespace splitbench::torch_nn
