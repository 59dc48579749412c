#include "nn/torch/cut_finder.h"

#include <algorithm>
#include <unordered_set>

namespace splitbench::torch_nn {
namespace {

using jit::Node;
using jit::Value;

bool is_constant(const Value* value) { return value->node()->kind() == c10::prim::Constant; }

bool builds_container(const Node* node) {
  return node->kind() == c10::prim::ListConstruct || node->kind() == c10::prim::TupleConstruct ||
         node->kind() == c10::prim::DictConstruct;
}

bool opens_container(const Node* node) {
  return node->kind() == c10::prim::ListUnpack || node->kind() == c10::prim::TupleUnpack ||
         node->kind() == c10::prim::TupleIndex;
}

bool is_tensor(const Value* value) { return value->type()->isSubtypeOf(*c10::TensorType::get()); }

bool may_write(const Node* node) {
  const c10::FunctionSchema* schema = node->maybeSchema();
  return !node->blocks().empty() || (schema != nullptr && schema->is_mutable());
}

template <typename T>
bool contains(const std::vector<T>& items, const T& item) {
  return std::find(items.begin(), items.end(), item) != items.end();
}

bool same_value(const c10::IValue& a, const c10::IValue& b) {
  if (a.isTensor() && b.isTensor()) return a.toTensor().equal(b.toTensor());
  return a.tagKind() == b.tagKind() && !a.isTensor() && a == b;
}

}  // namespace

CutFinder::CutFinder(const FrozenGraph& graph, const Recording& recording)
    : graph_(graph), recording_(recording), aliases_(std::make_unique<jit::AliasDb>(graph.graph)) {
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    if (is_compute(graph.nodes[i])) compute_nodes_.push_back(i);
    reads_.push_back(values_read(graph.nodes[i]));
    if (may_write(graph.nodes[i])) writers_.push_back(i);
  }
}

bool CutFinder::is_compute(const Node* node) const {
  if (builds_container(node) || opens_container(node)) return false;
  if (node->outputs().empty()) return !node->blocks().empty();
  return std::any_of(node->outputs().begin(), node->outputs().end(), [this](const Value* value) {
    return recording_.shape_only.count(value) == 0;
  });
}

std::vector<Cut> CutFinder::find() const {
  std::vector<Cut> cuts;
  for (std::size_t k = 0; k + 1 < compute_nodes_.size(); ++k) {
    // Between two compute nodes lie only shapes and containers: the same cut, tried at each place.
    Cut best = cut_at(compute_nodes_[k] + 1, compute_nodes_[k]);
    for (std::size_t p = compute_nodes_[k] + 2; p <= compute_nodes_[k + 1]; ++p) {
      Cut other = cut_at(p, compute_nodes_[k]);
      const bool better = best.refusal.empty() == other.refusal.empty()
                              ? other.tensors.size() < best.tensors.size()
                              : other.refusal.empty();
      if (better) best = std::move(other);
    }
    const bool at_input = best.tensors == std::vector<Value*>{graph_.input};
    if (!at_input) cuts.push_back(std::move(best));
  }
  return cuts;
}

Cut CutFinder::cut_at(std::size_t position, std::size_t after) const {
  Cut cut;
  cut.position = position;
  cut.after = after;
  std::vector<Value*> shapes;
  const auto made_before = [&](const Value* value) {
    const auto found = graph_.position.find(value);
    return !is_constant(value) && (found == graph_.position.end() || found->second < position);
  };
  for (std::size_t i = position; i < graph_.nodes.size(); ++i) {
    for (Value* value : reads_[i]) {
      // Values inside a node's blocks have no position; they never outlive the node.
      const bool outer = value == graph_.input || graph_.position.count(value) != 0;
      if (outer && made_before(value)) resolve(value, cut, shapes);
    }
  }
  if (made_before(graph_.output)) resolve(graph_.output, cut, shapes);
  const auto order = [this](const Value* value) {
    return value == graph_.input ? std::size_t{0} : graph_.position.at(value) + 1;
  };
  std::stable_sort(cut.tensors.begin(), cut.tensors.end(),
                   [&](const Value* a, const Value* b) { return order(a) < order(b); });
  if (cut.tensors.empty()) cut.refusal = "nothing that depends on the input crosses here";
  for (Value* value : shapes) resolve_shape(value, cut);
  std::sort(cut.remade.begin(), cut.remade.end(), [this](const Node* a, const Node* b) {
    return graph_.position.at(a->output(0)) < graph_.position.at(b->output(0));
  });
  check_aliases(cut);
  return cut;
}

void CutFinder::resolve(Value* value, Cut& cut, std::vector<Value*>& shapes) const {
  if (is_constant(value) || contains(cut.tensors, value) || contains(shapes, value)) return;
  if (recording_.shape_only.count(value) != 0) {
    shapes.push_back(value);
  } else if (is_tensor(value)) {
    cut.tensors.push_back(value);
  } else if (builds_container(value->node())) {
    if (contains(cut.remade, value->node())) return;
    for (Value* element : value->node()->inputs()) resolve(element, cut, shapes);
    cut.remade.push_back(value->node());
  } else if (cut.refusal.empty()) {
    cut.refusal = "a " + value->type()->str() + " made by " +
                  value->node()->kind().toUnqualString() + " crosses here; only tensors are sent";
  }
}

// A shape number in the tail: a constant when it is the same for every batch, the batch size read
// off what crosses, or arithmetic on such numbers.
void CutFinder::resolve_shape(Value* value, Cut& cut) const {
  const auto known = [&](const Value* v) {
    return std::any_of(cut.constants.begin(), cut.constants.end(),
                       [&](const auto& entry) { return entry.first == v; });
  };
  if (is_constant(value) || known(value) || contains(cut.batch_sizes, value) ||
      contains(cut.remade, value->node())) {
    return;
  }
  const RecordedValue& record = recording_.values.at(value);
  if (!recording_.any_batch || same_value(record.at_batch_1, record.at_probe_batch)) {
    cut.constants.emplace_back(value, record.at_batch_1);
    return;
  }
  const bool is_batch = record.at_batch_1.isInt() && record.at_batch_1.toInt() == 1 &&
                        record.at_probe_batch.isInt() &&
                        record.at_probe_batch.toInt() == kProbeBatch;
  if (is_batch && !cut.tensors.empty() && is_batched(cut.tensors[0])) {
    cut.batch_sizes.push_back(value);
    return;
  }
  for (Value* input : value->node()->inputs()) {
    if (is_constant(input)) continue;
    if (recording_.shape_only.count(input) == 0) {
      if (contains(cut.tensors, input)) continue;
      if (cut.refusal.empty()) {
        cut.refusal = "the tail needs the shape of a tensor that does not cross (" +
                      std::string(value->node()->kind().toUnqualString()) + ")";
      }
      return;
    }
    resolve_shape(input, cut);
  }
  cut.remade.push_back(value->node());
}

bool CutFinder::is_batched(const Value* value) const {
  return value == graph_.input || recording_.values.at(value).batched;
}

void CutFinder::check_aliases(Cut& cut) const {
  if (!cut.refusal.empty()) return;
  for (const Value* value : cut.tensors) {
    const auto& type = recording_.values.find(value);
    if (type != recording_.values.end() && !type->second.tensor) {
      cut.refusal = "an undefined tensor crosses here";
      return;
    }
    cut.tail_writes_input |= written_after(value, cut.position);
  }
  if (!cut.tail_writes_input) return;
  for (std::size_t i = 0; i < cut.tensors.size(); ++i) {
    for (std::size_t k = i + 1; k < cut.tensors.size(); ++k) {
      if (!aliases_->mayAlias(cut.tensors[i], cut.tensors[k])) continue;
      cut.refusal = "two views of one storage cross here and the tail changes it in place";
      return;
    }
  }
}

bool CutFinder::written_after(const Value* value, std::size_t position) const {
  const jit::ValueSet values = {value};
  return std::any_of(writers_.begin(), writers_.end(), [&](std::size_t i) {
    return i >= position && aliases_->writesToAlias(graph_.nodes[i], values);
  });
}

void CutFinder::add_shape_values(const Cut& cut, SubgraphBuilder& builder) const {
  for (const auto& [value, constant] : cut.constants) builder.add_constant(value, constant);
  for (const Value* value : cut.batch_sizes) builder.add_batch_size(value, cut.tensors[0]);
  for (Node* node : cut.remade) builder.add_node(node);
}

}  // namespace splitbench::torch_nn
