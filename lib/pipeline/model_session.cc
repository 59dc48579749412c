#include "pipeline/model_session.h"

#include <filesystem>

#include "base/error.h"
#include "base/nearest.h"
#include "io/manifest_file.h"
#include "io/profile_library.h"
#include "io/sha256.h"
#include "nn/open_backend.h"

namespace splitbench {
namespace {

namespace fs = std::filesystem;

bool ends_with(const std::string& text, const std::string& ending) {
  return text.size() >= ending.size() &&
         text.compare(text.size() - ending.size(), ending.size(), ending) == 0;
}

}  // namespace

ModelManifest find_model(const std::string& model, const std::vector<std::string>& folders) {
  std::error_code ignored;
  const bool file = fs::exists(model, ignored) && !fs::is_directory(model, ignored);
  if (!file) {
    if (const auto path = find_named("models", model, folders)) return read_model_manifest(*path);
    throw bad_input("no model '" + model + "': neither a file nor a name in profiles/models" +
                    suggestion(model, list_named("models", folders)));
  }
  if (ends_with(model, ".json")) return read_model_manifest(model);
  ModelManifest manifest;
  manifest.name = fs::path(model).stem().string();
  manifest.file = model;
  return manifest;
}

ModelSession open_model(const ModelRequest& request) {
  ModelSession session;
  session.manifest = find_model(request.model, request.profile_folders);
  session.sha256 = sha256_file(session.manifest.file);
  if (!session.manifest.sha256.empty() && session.manifest.sha256 != session.sha256) {
    throw bad_input(session.manifest.file + ": its SHA-256 begins with " +
                    session.sha256.substr(0, 12) + ", the manifest says " +
                    session.manifest.sha256.substr(0, 12) +
                    "; get the right file or update the manifest");
  }
  ModelOptions options;
  options.path = session.manifest.file;
  options.input_shape =
      request.input_shape ? parse_shape(*request.input_shape) : session.manifest.input_shape;
  if (options.input_shape && options.input_shape->front() != 1) {
    throw bad_input("input shape " + shape_text(*options.input_shape) +
                    ": the first dimension is the batch and must be 1 here (see --batch)");
  }
  options.output = request.output;
  options.max_boundary_tensors = request.cut_width;
  options.device = request.device;
  options.threads = request.threads;
  session.backend = open_backend();
  session.model = session.backend->load(options);
  return session;
}

}  // namespace splitbench
