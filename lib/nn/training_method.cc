#include "nn/training_method.h"

#include "base/error.h"
#include "base/nearest.h"

namespace splitbench {

#define SPLITBENCH_METHOD(name) TrainingMethod name##_method();
#include "nn/methods.inc"
#undef SPLITBENCH_METHOD

namespace {

constexpr std::size_t kMapDimensions = 4;

bool holds_maps(const SplitPoint& split) {
  return split.kind == SplitKind::kInner && split.batched && split.boundary.size() == 1 &&
         split.boundary[0].dtype == DType::kF32 && split.boundary[0].shape.size() == kMapDimensions;
}

std::string what_crosses(const SplitPoint& split) {
  if (split.kind == SplitKind::kServerOnly) return "it is the network's input";
  if (split.kind == SplitKind::kDeviceOnly) return "it is the network's output";
  if (split.boundary.size() != 1) return std::to_string(split.boundary.size()) + " tensors cross";
  return std::string(dtype_name(split.boundary[0].dtype)) + " " +
         shape_text(split.boundary[0].shape) + " crosses";
}

// The first split with feature maps, as an example.
std::string usable_split(const ModelInfo& model) {
  for (const SplitPoint& split : model.splits) {
    if (holds_maps(split) && split.block_end) return ", such as " + split.id;
  }
  return "";
}

}  // namespace

const std::vector<TrainingMethod>& training_methods() {
#define SPLITBENCH_METHOD(name) name##_method(),
  static const std::vector<TrainingMethod> methods = {
#include "nn/methods.inc"
  };
#undef SPLITBENCH_METHOD
  return methods;
}

const TrainingMethod& find_training_method(const std::string& name) {
  std::vector<std::string> names;
  for (const TrainingMethod& method : training_methods()) {
    if (method.name == name) return method;
    names.push_back(method.name);
  }
  throw bad_input("no method '" + name + "' that can be trained" + suggestion(name, names) +
                  "; see: splitbench list methods");
}

TrainingPlan plan_training(const Spec& spec, const ModelInfo& model, std::size_t split) {
  const TrainingMethod& method = find_training_method(spec.name);
  const Spec complete = resolve_options(spec, method.options);
  const SplitPoint& point = model.splits.at(split);
  if (!holds_maps(point) || model.input.shape.size() != kMapDimensions) {
    throw bad_input(method.name + " needs a split that one float32 tensor of batch x channels x " +
                    "rows x columns crosses; at " + point.id + " " + what_crosses(point) +
                    "; choose another" + usable_split(model));
  }
  try {
    TrainingPlan plan = method.plan({complete, model, split});
    plan.method = method.name;
    plan.decoder_split = point.id;
    for (const auto& [name, value] : complete.options) plan.choices.push_back(name + "=" + value);
    return plan;
  } catch (const Error& error) {
    throw Error(error.code(), method.name + " at " + point.id + ": " + error.what());
  }
}

std::vector<std::string> stage_ends(const ModelInfo& model, std::size_t split) {
  std::vector<std::string> ids = {model.splits.at(split).id};
  std::size_t last = split;  // of the feature maps of one size
  const auto size_of = [&](std::size_t i) {
    const Shape& shape = model.splits[i].boundary[0].shape;
    return Shape{shape[2], shape[3]};
  };
  const auto close = [&] {
    if (last != split) ids.push_back(model.splits[last].id);
  };
  for (std::size_t i = split + 1; i < model.splits.size(); ++i) {
    if (!holds_maps(model.splits[i]) || !model.splits[i].block_end) continue;
    if (size_of(i) == Shape{1, 1}) continue;
    if (size_of(i) != size_of(last)) close();
    last = i;
  }
  close();
  return ids;
}

}  // namespace splitbench
