// The methods that `train` knows: each says what it can be told and writes the plan of a training
// from shapes alone.
//
// A method is one file nn/methods/<name>.cc and one line in nn/methods.inc. No framework is needed
// here: layers are those of core/network_plan.h. Pure functions; thread-safe.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "core/backend.h"
#include "core/options.h"
#include "core/training.h"

namespace splitbench {

// The split is an inner one that one float32 tensor of batch x channels x rows x columns crosses.
struct MethodRequest {
  const Spec& spec;  // complete
  const ModelInfo& model;
  std::size_t split = 0;

  const SplitPoint& point() const { return model.splits.at(split); }
  const Shape& input() const { return model.input.shape; }
  const Shape& boundary() const { return point().boundary.at(0).shape; }
};

struct TrainingMethod {
  std::string name;
  std::string summary;  // one line
  std::vector<OptionDescription> options;
  // Throws Error{kBadInput} saying why when the method cannot be used at this split.
  TrainingPlan (*plan)(const MethodRequest& request) = nullptr;
};

const std::vector<TrainingMethod>& training_methods();

// Throws Error{kBadInput} with the nearest name.
const TrainingMethod& find_training_method(const std::string& name);

// `spec` completed and planned for a split of a model. Throws Error{kBadInput} naming method and
// split when the method cannot be used there, or when the spec is not one of its.
TrainingPlan plan_training(const Spec& spec, const ModelInfo& model, std::size_t split);

// Ids of the splits at which features are compared: `split`, and of each later size of feature maps
// the last block end, for that is where a network's stages end (layer2, layer3 and layer4 of a
// ResNet that is cut after layer2). Maps of one element are left out.
std::vector<std::string> stage_ends(const ModelInfo& model, std::size_t split);

}  // namespace splitbench
