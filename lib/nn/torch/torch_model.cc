#include "nn/torch/torch_model.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>
#include <c10/core/InferenceMode.h>
#include <torch/csrc/jit/ir/constants.h>
#include <torch/csrc/jit/serialization/import.h>

#include <algorithm>
#include <unordered_set>

#include "base/error.h"
#include "nn/torch/block_pool.h"
#include "nn/torch/convert.h"
#include "nn/torch/layer_cost.h"
#include "nn/torch/layer_names.h"
#include "nn/torch/torch_device.h"
#include "nn/torch/torch_errors.h"
#include "nn/torch/torch_segment.h"

namespace splitbench::torch_nn {
namespace {

constexpr std::uint64_t kProbeSeed = 20240229;  // of the input that shapes are learnt from

jit::Module load_module(const std::string& path, const at::Device& device) {
  try {
    jit::Module module = jit::load(path, device);
    module.eval();
    if (!module.find_method("forward")) throw bad_input(path + ": the module has no forward()");
    return module;
  } catch (const Error&) {
    throw;
  } catch (const std::exception& error) {
    throw bad_input(path + ": not a TorchScript file that this LibTorch can load (" +
                    torch_error_text(error) + "); save one with torch.jit.trace(...).save(...)");
  }
}

std::uint64_t count_parameters(const jit::Module& module, const FrozenGraph& graph) {
  std::uint64_t parameters = 0;
  for (const at::Tensor& tensor : module.parameters()) {
    parameters += static_cast<std::uint64_t>(tensor.numel());
  }
  if (parameters != 0) return parameters;
  // A module that was frozen before it was saved has constants instead.
  std::unordered_set<const void*> seen;
  for (jit::Node* node : graph.nodes) {
    for (const jit::Value* value : values_read(node)) {
      const auto constant = jit::toIValue(value);
      if (!constant || !constant->isTensor() || constant->toTensor().dim() == 0) continue;
      if (seen.insert(constant->toTensor().unsafeGetTensorImpl()).second) {
        parameters += static_cast<std::uint64_t>(constant->toTensor().numel());
      }
    }
  }
  return parameters;
}

}  // namespace

TorchModel::TorchModel(const ModelOptions& options)
    : options_(options),
      device_(parse_device(options.device)),
      synchronise_(synchroniser(device_)) {
  use_threads(options.threads);
  const at::NoGradGuard guard;  // not inference mode: tails are differentiated with these weights
  module_ = load_module(options.path, device_);
  graph_ = translated(options.path, [&] { return freeze_to_graph(module_, options.output); });
  if (!options.input_shape) {
    throw bad_input(options.path +
                    ": a TorchScript file does not tell its input's shape; give "
                    "--input-shape, e.g. --input-shape 1,3,224,224");
  }
  info_.input = {DType::kF32, *options.input_shape};
  runner_ = std::make_unique<NodeRunner>(graph_);
  const at::Generator generator = at::detail::createCPUGenerator(kProbeSeed);
  Shape probe_shape = info_.input.shape;
  probe_shape.at(0) = kProbeBatch;
  const at::Tensor probe = at::rand(probe_shape, generator).to(device_);
  recording_ = record_values(graph_, *runner_, probe);
  finder_ = std::make_unique<CutFinder>(graph_, recording_);
  info_.any_batch = recording_.any_batch;
  info_.output = spec_of_value(graph_.output);
  info_.parameters = count_parameters(module_, graph_);
  describe_splits(finder_->find());
}

const TensorSpec& TorchModel::spec_of_value(const jit::Value* value) const {
  return value == graph_.input ? info_.input : *recording_.values.at(value).tensor;
}

BoundarySpec TorchModel::boundary_of(const std::vector<jit::Value*>& values) const {
  BoundarySpec spec;
  for (const jit::Value* value : values) spec.push_back(spec_of_value(value));
  return spec;
}

void TorchModel::describe_layers(const std::vector<std::string>& ids) {
  for (std::size_t k = 0; k < ids.size(); ++k) {
    jit::Node* node = graph_.nodes[finder_->compute_nodes()[k]];
    LayerInfo layer;
    layer.id = ids[k];
    layer.op = node->kind().toUnqualString();
    const auto output =
        node->outputs().empty() ? recording_.values.end() : recording_.values.find(node->output(0));
    if (output != recording_.values.end() && output->second.tensor) {
      layer.output_shape = output->second.tensor->shape;
      layer.output_bytes = output->second.tensor->bytes();
      const jit::Value* first = node->inputs().empty() ? nullptr : node->input(0);
      const bool known = first == graph_.input || (recording_.values.count(first) != 0 &&
                                                   recording_.values.at(first).tensor);
      const Shape input = known ? spec_of_value(first).shape : Shape{};
      layer.macs = multiply_accumulates(node, input, layer.output_shape);
    }
    layer.parameter_bytes = constant_bytes(node);
    info_.macs += layer.macs;
    info_.layers.push_back(std::move(layer));
  }
}

// Names every layer, offers the cuts that are narrow enough, and says why of the others.
void TorchModel::describe_splits(std::vector<Cut> cuts) {
  const std::vector<std::size_t>& compute = finder_->compute_nodes();
  std::unordered_map<std::size_t, std::size_t> ordinal;  // node -> which compute node it is
  std::vector<jit::Node*> nodes;
  for (const std::size_t node : compute) {
    ordinal[node] = nodes.size();
    nodes.push_back(graph_.nodes[node]);
  }
  std::vector<bool> is_cut(compute.size(), false);
  for (const Cut& cut : cuts) {
    is_cut[ordinal.at(cut.after)] = cut.refusal.empty() && cut.tensors.size() == 1;
  }
  const std::vector<NodePlace> places = node_places(nodes);
  const std::vector<LayerName> names = layer_names(places, is_cut);
  const std::vector<std::size_t> ends = block_ends(places, is_cut);
  std::vector<std::string> ids;
  for (const LayerName& name : names) ids.push_back(name.id);
  describe_layers(ids);

  info_.splits.push_back({"server-only", {}, SplitKind::kServerOnly, {info_.input}, false, false});
  cuts_.emplace_back();
  for (Cut& cut : cuts) {
    const std::size_t k = ordinal.at(cut.after);
    if (cut.refusal.empty() && cut.tensors.size() > options_.max_boundary_tensors) {
      cut.refusal = std::to_string(cut.tensors.size()) + " tensors cross here; --cut-width " +
                    std::to_string(cut.tensors.size()) + " offers it";
    }
    if (!cut.refusal.empty()) {
      info_.refused.push_back({names[k].id, cut.refusal});
      continue;
    }
    const bool block_end = std::find(ends.begin(), ends.end(), k) != ends.end();
    info_.splits.push_back({names[k].id, names[k].aliases, SplitKind::kInner,
                            boundary_of(cut.tensors), block_end, false});
    info_.splits.back().batched =
        std::all_of(cut.tensors.begin(), cut.tensors.end(),
                    [this](const jit::Value* value) { return finder_->is_batched(value); });
    cuts_.push_back(std::move(cut));
  }
  info_.splits.push_back({"device-only", {}, SplitKind::kDeviceOnly, {info_.output}, false, false});
  cuts_.emplace_back();
  mark_natural_bottlenecks(info_.splits, info_.input.elements());
}

std::vector<jit::Value*> TorchModel::crossing(std::size_t split) const {
  switch (info_.splits.at(split).kind) {
    case SplitKind::kServerOnly:
      return {graph_.input};
    case SplitKind::kDeviceOnly:
      return {graph_.output};
    case SplitKind::kInner:
      break;
  }
  return cuts_[split].tensors;
}

// How many nodes the head of a split has.
std::size_t TorchModel::position(std::size_t split) const {
  switch (info_.splits.at(split).kind) {
    case SplitKind::kServerOnly:
      return 0;
    case SplitKind::kDeviceOnly:
      return graph_.nodes.size();
    case SplitKind::kInner:
      break;
  }
  return cuts_[split].position;
}

// OpenMP keeps the number for each calling thread; the distribution's starts with 1 unless told.
void TorchModel::use_threads(int threads) { at::set_num_threads(threads); }

void TorchModel::keep_memory() { use_block_pool(); }

Tensor TorchModel::reference(const Tensor& input) {
  return translated(options_.path, [&] {
    const c10::InferenceMode guard;
    // A copy: a network may change its input in place.
    const at::Tensor copy = to_torch(input, device_).clone();
    return from_torch(select_output(module_.forward({copy}), options_.output));
  });
}

std::unique_ptr<Segment> TorchModel::head(std::size_t split) {
  const SplitPoint& point = info_.splits.at(split);
  if (point.kind == SplitKind::kServerOnly) return std::make_unique<IdentitySegment>();
  if (point.kind == SplitKind::kDeviceOnly) return whole();
  SubgraphBuilder builder;
  builder.add_input(graph_.input);
  for (std::size_t i = 0; i < cuts_[split].position; ++i) builder.add_node(graph_.nodes[i]);
  for (jit::Value* value : cuts_[split].tensors) builder.add_output(value);
  const bool writes = finder_->written_after(graph_.input, 0);
  return std::make_unique<TorchSegment>(
      builder.graph(),
      TorchSegment::Settings{device_, synchronise_, writes, "head of split " + point.id});
}

std::unique_ptr<Segment> TorchModel::tail(std::size_t split) {
  const SplitPoint& point = info_.splits.at(split);
  if (point.kind == SplitKind::kDeviceOnly) return std::make_unique<IdentitySegment>();
  if (point.kind == SplitKind::kServerOnly) return whole();
  const Cut& cut = cuts_[split];
  SubgraphBuilder builder;
  for (const jit::Value* value : cut.tensors) builder.add_input(value);
  finder_->add_shape_values(cut, builder);
  for (std::size_t i = cut.position; i < graph_.nodes.size(); ++i) {
    builder.add_node(graph_.nodes[i]);
  }
  builder.add_output(graph_.output);
  return std::make_unique<TorchSegment>(
      builder.graph(), TorchSegment::Settings{device_, synchronise_, cut.tail_writes_input,
                                              "tail of split " + point.id});
}

std::unique_ptr<Segment> TorchModel::whole() {
  SubgraphBuilder builder;
  builder.add_input(graph_.input);
  for (jit::Node* node : graph_.nodes) builder.add_node(node);
  builder.add_output(graph_.output);
  const bool writes = finder_->written_after(graph_.input, 0);
  return std::make_unique<TorchSegment>(
      builder.graph(), TorchSegment::Settings{device_, synchronise_, writes, "the network"});
}

std::shared_ptr<const Program> TorchModel::make_capture_program(
    const std::vector<std::size_t>& splits) const {
  SubgraphBuilder builder;
  builder.add_input(graph_.input);
  // Outputs come in the order of the cuts; that of device-only and server-only needs no node.
  for (std::size_t i = 0; i <= graph_.nodes.size(); ++i) {
    for (const std::size_t split : splits) {
      if (position(split) != i) continue;
      for (jit::Value* value : crossing(split)) {
        builder.add_output(value, finder_->written_after(value, i));
      }
    }
    if (i < graph_.nodes.size()) builder.add_node(graph_.nodes[i]);
  }
  builder.add_output(graph_.output);
  return std::make_shared<const Program>(builder.graph(), "capture");
}

std::shared_ptr<const Program> TorchModel::capture_program(const std::vector<std::size_t>& splits) {
  const std::lock_guard<std::mutex> lock(capture_mutex_);
  if (!captured_program_ || captured_splits_ != splits) {
    captured_program_ = make_capture_program(splits);
    captured_splits_ = splits;
  }
  return captured_program_;
}

std::vector<Boundary> TorchModel::capture(const Tensor& input,
                                          const std::vector<std::size_t>& splits) {
  if (!std::is_sorted(splits.begin(), splits.end())) {
    throw runtime_failure("internal: capture() takes splits in ascending order");
  }
  return translated("capture", [&] {
    const c10::InferenceMode guard;
    const std::shared_ptr<const Program> program = capture_program(splits);
    std::vector<c10::IValue> stack = {to_torch(input, device_).clone()};
    program->run(stack);
    std::vector<Boundary> boundaries;
    std::size_t next = 0;
    for (const std::size_t split : splits) {
      boundaries.emplace_back();
      for (std::size_t i = 0; i < crossing(split).size(); ++i) {
        boundaries.back().push_back(from_torch(stack.at(next++).toTensor()));
      }
    }
    boundaries.push_back({from_torch(stack.at(next).toTensor())});
    return boundaries;
  });
}

std::vector<double> TorchModel::time_layers(const Tensor& input) {
  return translated("layer timing", [&] {
    const c10::InferenceMode guard;
    std::vector<double> seconds(info_.layers.size(), 0);
    const std::vector<std::size_t>& compute = finder_->compute_nodes();
    std::size_t layer = 0;
    // Shapes and lists take no time worth a row; what they take goes to the layer that needs them.
    runner_->run(to_torch(input, device_).clone(), synchronise_,
                 [&](std::size_t node, double elapsed, const std::vector<c10::IValue>&) {
                   while (layer + 1 < compute.size() && compute[layer] < node) ++layer;
                   seconds[layer] += elapsed;
                 });
    return seconds;
  });
}

}  // namespace splitbench::torch_nn
