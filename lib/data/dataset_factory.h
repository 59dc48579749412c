// How a dataset describes itself and comes into being: what a file in data/builtin/ provides.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/dataset.h"
#include "core/options.h"

namespace splitbench {

struct DatasetDescription {
  std::string name;
  std::string summary;  // one line
  std::vector<OptionDescription> options;
  // Options that turn a spec into that of the dataset's training part; empty when it has none.
  std::map<std::string, std::string> training_options;
  bool reads_image_files = false;  // needs the image plug-in
};

// What datasets need from outside.
struct DatasetContext {
  // Called only by datasets that read image files; may throw when the plug-in is missing. The
  // reader must outlive the dataset.
  std::function<const ImageReader&()> image_reader;
};

struct DatasetFactory {
  DatasetDescription description;
  // `spec` is complete and validated. Throws Error{kBadInput} when the data are missing or damaged.
  std::unique_ptr<Dataset> (*open)(const Spec& spec, const DatasetContext& context) = nullptr;
};

// The options that datasets have in common: `part=test|train`, and a file or folder, which may be
// left out unless it is required.
OptionDescription part_option();
OptionDescription path_option(std::string name, std::string help, bool required);

}  // namespace splitbench
