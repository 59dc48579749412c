#include "nn/torch/layer_names.h"

#include <torch/csrc/jit/ir/constants.h>

#include <algorithm>
#include <map>
#include <set>

namespace splitbench::torch_nn {
namespace {

using Path = std::vector<std::string>;

std::string joined(const Path& path, std::size_t length) {
  std::string text;
  for (std::size_t i = 0; i < length; ++i) text += (i == 0 ? "" : ".") + path[i];
  return text;
}

// Inlining leaves "SELF" for calls on the same module and nothing for free functions.
Path module_path(const jit::Node* node) {
  Path path;
  const auto stack = node->callstack();
  if (!stack) return path;
  for (const auto& entry : (*stack)->vec()) {
    const auto& module = std::get<2>(entry);
    if (!module) continue;
    const std::string name = module->instance_name();
    if (name.empty() || name == "SELF" || name == "INSTANCE_NAME_UNKNOWN") continue;
    path.push_back(name);
  }
  return path;
}

// Weights are constant tensors of at least two dimensions.
bool has_weights(jit::Node* node) {
  const auto inputs = node->inputs();
  return std::any_of(inputs.begin(), inputs.end(), [](const jit::Value* value) {
    const auto constant = jit::toIValue(value);
    return constant && constant->isTensor() && constant->toTensor().dim() >= 2;
  });
}

bool starts_with(const Path& path, const Path& prefix, std::size_t length) {
  return path.size() >= length && std::equal(prefix.begin(), prefix.begin() + length, path.begin());
}

// Whether the call of the module at the first `depth` names of places[i].path ends with node i.
bool ends_module(const std::vector<NodePlace>& places, std::size_t i, std::size_t depth) {
  return i + 1 == places.size() || !starts_with(places[i + 1].path, places[i].path, depth);
}

std::string base_name(const std::vector<NodePlace>& places, std::size_t i) {
  const NodePlace& place = places[i];
  const std::size_t depth = place.path.size();
  if (depth > 0 && ends_module(places, i, depth)) return joined(place.path, depth);
  std::string op = place.op;
  while (!op.empty() && op.back() == '_') op.pop_back();  // relu_ is relu to the reader
  while (!op.empty() && op.front() == '_') op.erase(0, 1);
  return (depth == 0 ? "" : joined(place.path, depth) + ".") + op;
}

}  // namespace

std::vector<NodePlace> node_places(const std::vector<jit::Node*>& nodes) {
  std::vector<NodePlace> places;
  for (jit::Node* node : nodes) {
    places.push_back({module_path(node), node->kind().toUnqualString(), has_weights(node)});
  }
  return places;
}

std::vector<LayerName> layer_names(const std::vector<NodePlace>& places,
                                   const std::vector<bool>& is_cut) {
  std::map<std::string, std::vector<std::size_t>> calls;
  for (std::size_t i = 0; i < places.size(); ++i) calls[base_name(places, i)].push_back(i);
  std::vector<LayerName> names(places.size());
  std::set<std::string> taken = {"device-only", "server-only"};
  for (const auto& [name, nodes] : calls) {
    const auto cut =
        std::find_if(nodes.begin(), nodes.end(), [&](std::size_t i) { return is_cut[i]; });
    const std::size_t plain = cut == nodes.end() ? nodes.front() : *cut;
    for (std::size_t k = 0; k < nodes.size(); ++k) {
      const std::string numbered = name + "@" + std::to_string(k + 1);
      names[nodes[k]].id = nodes[k] == plain && taken.count(name) == 0 ? name : numbered;
      taken.insert(names[nodes[k]].id);
    }
  }
  for (std::size_t i = 0; i < places.size(); ++i) {
    if (!is_cut[i]) continue;
    for (std::size_t depth = places[i].path.size(); depth-- > 1;) {
      if (!ends_module(places, i, depth)) break;
      const std::string alias = joined(places[i].path, depth);
      if (taken.insert(alias).second) names[i].aliases.push_back(alias);
    }
  }
  return names;
}

}  // namespace splitbench::torch_nn
