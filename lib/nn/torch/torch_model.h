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

struct Teachers;

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
  std::unique_ptr<Trainer> trainer(const TrainingPlan& plan, std::uint64_t seed) override;

  // The network from one split on, for training: takes the boundary of `from` and yields the
  // boundaries of `outputs` (in the order of the splits) and, on request, the network's output.
  struct PartRequest {
    std::size_t from = 0;
    std::vector<std::size_t> outputs;
    bool scores = false;
  };
  // How the weights of layers are treated in a part: they stay constants, become further inputs in
  // the order of weights(), or constants of other values.
  enum class Weights { kConstant, kInputs, kReplaced };
  std::shared_ptr<jit::Graph> part(const PartRequest& request, Weights weights,
                                   const std::vector<at::Tensor>& replacements = {}) const;
  // Weights and biases of the layers of a part, as graph constants, in the order of their first
  // use: those of a part that ends earlier come first. Running statistics and other constants are
  // not among them, nor what sits inside a condition or loop.
  std::vector<const jit::Value*> weights(const PartRequest& request) const;
  std::size_t split_index(const std::string& id) const;
  bool writes_input(std::size_t from) const;
  // Multiply-accumulates of the layers of a part.
  std::uint64_t macs(const PartRequest& request) const;
  const at::Device& device() const { return device_; }

 private:
  void describe_layers(const std::vector<std::string>& ids);
  void describe_splits(std::vector<Cut> cuts);
  std::vector<jit::Value*> crossing(std::size_t split) const;
  std::size_t position(std::size_t split) const;
  std::size_t end_position(const PartRequest& request) const;
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
  std::weak_ptr<Teachers> teachers_;  // of the trainers there are
};

}  // namespace splitbench::torch_nn
