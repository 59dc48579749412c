// A TorchScript network behind the Model interface.
#pragma once

#include <torch/csrc/jit/api/module.h>

#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "core/backend.h"
#include "nn/torch/cut_finder.h"
#include "nn/torch/frozen_graph.h"
#include "nn/torch/node_runner.h"
#include "nn/torch/recorded_values.h"

namespace splitbench::torch_nn {

class TorchModel : public Model {
 public:
  // Throws Error{kBadInput} when the file is no TorchScript or cannot be cut.
  explicit TorchModel(const ModelOptions& options);

  const ModelInfo& info() const override { return info_; }
  void use_threads(int threads) override;
  void keep_memory() override;
  Tensor reference(const Tensor& input) override;
  std::unique_ptr<Segment> head(std::size_t split) override;
  std::unique_ptr<Segment> tail(std::size_t split) override;
  std::unique_ptr<Segment> whole() override;
  std::vector<Boundary> capture(const Tensor& input,
                                const std::vector<std::size_t>& splits) override;
  std::vector<double> time_layers(const Tensor& input) override;

 private:
  void describe_layers(const std::vector<std::string>& ids);
  void describe_splits(std::vector<Cut> cuts);
  std::vector<jit::Value*> crossing(std::size_t split) const;
  BoundarySpec boundary_of(const std::vector<jit::Value*>& values) const;
  const TensorSpec& spec_of_value(const jit::Value* value) const;
  std::shared_ptr<const Program> capture_program(const std::vector<std::size_t>& splits);
  std::shared_ptr<const Program> make_capture_program(const std::vector<std::size_t>& splits) const;

  ModelOptions options_;
  at::Device device_;
  std::function<void()> synchronise_;  // empty on the CPU
  jit::Module module_;
  FrozenGraph graph_;
  std::unique_ptr<NodeRunner> runner_;
  Recording recording_;
  std::unique_ptr<CutFinder> finder_;
  ModelInfo info_;
  std::vector<Cut> cuts_;  // by split; those of device-only and server-only are empty
  // The program of the last capture(), since a sweep captures the same splits for every image.
  std::mutex capture_mutex_;
  std::vector<std::size_t> captured_splits_;
  std::shared_ptr<const Program> captured_program_;
};

}  // namespace splitbench::torch_nn
