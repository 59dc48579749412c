// From what the user typed for MODEL to a network ready to be cut.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/backend.h"
#include "core/manifest.h"

namespace splitbench {

struct ModelRequest {
  std::string model;                       // TorchScript file, manifest file, or manifest's name
  std::optional<std::string> input_shape;  // overrides the manifest's
  std::string output = "0";
  std::size_t cut_width = 1;
  std::string device = "cpu";
  int threads = 1;
  std::vector<std::string> profile_folders;  // where names are looked up
};

// Resolves `model` to a manifest: a name in models/ of the profile folders, a *.json file, or any
// other file, which is taken for TorchScript and gets a manifest of its file name alone.
// Throws Error{kBadInput} naming the nearest known model when there is no such file or name.
ModelManifest find_model(const std::string& model, const std::vector<std::string>& profile_folders);

// An opened model. Members are destroyed in reverse order: the model before its back-end.
struct ModelSession {
  ModelManifest manifest;
  std::string sha256;  // of the file, computed
  std::unique_ptr<Backend> backend;
  std::unique_ptr<Model> model;
};

// Throws Error{kBadInput} also when the file's SHA-256 is not the manifest's.
ModelSession open_model(const ModelRequest& request);

}  // namespace splitbench
