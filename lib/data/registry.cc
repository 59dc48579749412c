#include "data/registry.h"

#include "base/error.h"
#include "base/nearest.h"
#include "base/spec.h"

namespace splitbench {

#define SPLITBENCH_DATASET(name) DatasetFactory name##_dataset();
#include "data/builtin.inc"
#undef SPLITBENCH_DATASET

namespace {

std::vector<DatasetFactory> dataset_factories() {
  return {
#define SPLITBENCH_DATASET(name) name##_dataset(),
#include "data/builtin.inc"
#undef SPLITBENCH_DATASET
  };
}

DatasetFactory find_dataset(const std::string& name) {
  std::vector<std::string> names;
  for (const DatasetFactory& factory : dataset_factories()) {
    if (factory.description.name == name) return factory;
    names.push_back(factory.description.name);
  }
  throw bad_input("unknown dataset '" + name + "'" + suggestion(name, names));
}

}  // namespace

std::vector<DatasetDescription> dataset_descriptions() {
  std::vector<DatasetDescription> descriptions;
  for (const DatasetFactory& factory : dataset_factories()) {
    descriptions.push_back(factory.description);
  }
  return descriptions;
}

std::unique_ptr<Dataset> open_dataset(const std::string& spec, const DatasetContext& context) {
  const Spec parsed = parse_spec(spec);
  const DatasetFactory factory = find_dataset(parsed.name);
  return factory.open(resolve_options(parsed, factory.description.options), context);
}

std::optional<std::string> training_part(const std::string& spec) {
  const Spec parsed = parse_spec(spec);
  const DatasetDescription description = find_dataset(parsed.name).description;
  const Spec resolved = resolve_options(parsed, description.options);
  Spec training = resolved;
  for (const auto& [key, value] : description.training_options) training.options[key] = value;
  if (training.options == resolved.options) return std::nullopt;
  return training.canonical();
}

}  // namespace splitbench
