// The datasets that exist, and opening one by its spec string.
//
// A dataset is one file in data/builtin/ and one line in data/builtin.inc. Thread-safe.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "data/dataset_factory.h"

namespace splitbench {

// In the order of builtin.inc.
std::vector<DatasetDescription> dataset_descriptions();

// Opens `name:key=value:...`. Throws Error{kBadInput} for an unknown name or key (with the nearest
// one), a bad value, and data that are missing, damaged or empty. Whether labels are within a
// model's classes is for the caller to check, who knows them.
std::unique_ptr<Dataset> open_dataset(const std::string& spec, const DatasetContext& context);

// The canonical spec of the training part of the same dataset, which codecs may be calibrated on;
// unset when the dataset has no such part or `spec` names that very part.
// Throws Error{kBadInput} as open_dataset() does, but looks at no data.
std::optional<std::string> training_part(const std::string& spec);

}  // namespace splitbench
