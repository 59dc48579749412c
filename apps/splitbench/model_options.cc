#include "model_options.h"

#include <CLI/Option.hpp>
#include <CLI/Validators.hpp>
#include <algorithm>
#include <thread>

namespace splitbench {

void ModelOptionGroup::configure(CLI::App& app, bool positional) {
  threads = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  if (positional) {
    app.add_option("MODEL", model,
                   "TorchScript file, model manifest (*.json), or a name in "
                   "profiles/models such as fashion-resnet")
        ->required();
  }
  app.add_option("--input-shape", input_shape,
                 "Input with its batch of 1, e.g. 1,3,224,224; needed when MODEL is a TorchScript "
                 "file without manifest");
  app.add_option("--model-output", model_output,
                 "Which output of a model with several: its number, or its name in a dict or "
                 "named tuple")
      ->capture_default_str();
  app.add_option("--cut-width", cut_width,
                 "Also offer cuts that up to so many tensors cross (skip connections)")
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
  app.add_option("--device", device, "cpu, or cuda:0 where LibTorch has it")->capture_default_str();
  app.add_option("--threads", threads, "Threads; by default one for each CPU")
      ->check(CLI::Range(1, 1024))
      ->capture_default_str();
}

ModelSession ModelOptionGroup::open(const Context& context, RunRecorder* recorder) const {
  ModelRequest request;
  request.model = model;
  if (!input_shape.empty()) request.input_shape = input_shape;
  request.output = model_output;
  request.cut_width = cut_width;
  request.device = device;
  request.threads = threads;
  request.profile_folders = context.profile_folders;
  ModelSession session = open_model(request);
  if (recorder != nullptr) {
    recorder->set_threads(threads);
    recorder->add_input(session.manifest.file);
    for (const auto& [name, version] : session.backend->library_versions()) {
      recorder->add_library(name, version);
    }
  }
  return session;
}

}  // namespace splitbench
