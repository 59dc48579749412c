// The plug-in's one exported symbol: LibTorch as a Backend.
#include <torch/version.h>

#include <cstring>

#include "nn/torch/blas_name.h"
#include "nn/torch/torch_errors.h"
#include "nn/torch/torch_model.h"
#include "nn/torch/torch_network.h"

namespace splitbench::torch_nn {
namespace {

class TorchBackend : public Backend {
 public:
  std::vector<std::pair<std::string, std::string>> library_versions() const override {
    std::vector<std::pair<std::string, std::string>> versions = {{"libtorch", TORCH_VERSION}};
    if (const std::string blas = blas_name(); !blas.empty()) versions.push_back({"blas", blas});
    return versions;
  }

  std::unique_ptr<Model> load(const ModelOptions& options) override {
    return translated(options.path, [&] { return std::make_unique<TorchModel>(options); });
  }

  std::unique_ptr<Segment> open_network(ByteView archive, const NetworkOptions& options) override {
    return translated(options.name, [&] { return open_torch_network(archive, options); });
  }
};

}  // namespace
}  // namespace splitbench::torch_nn

// Returns nullptr when the program was built from another version than this plug-in.
extern "C" __attribute__((visibility("default"))) splitbench::Backend* splitbench_open_backend(
    const char* build_id) {
  if (std::strcmp(build_id, SPLITBENCH_VERSION) != 0) return nullptr;
  return new splitbench::torch_nn::TorchBackend();
}
