// Adam and SGD with momentum as PyTorch defines them, with a state that can be written down.
#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "core/training.h"

namespace splitbench::torch_nn {

class ParameterOptimiser {
 public:
  // Moves `parameters` in place from now on.
  ParameterOptimiser(const TrainingStage& stage, std::vector<at::Tensor> parameters);

  const std::vector<at::Tensor>& parameters() const { return parameters_; }
  // `gradients` in the order of parameters(); an undefined one leaves its parameter alone.
  void step(const std::vector<at::Tensor>& gradients, double learning_rate);

  // Everything but the parameters: fixed in number and shape.
  std::vector<at::Tensor> state() const;
  std::int64_t steps() const { return steps_; }
  void set_steps(std::int64_t steps) { steps_ = steps; }

 private:
  void adam(std::size_t i, const at::Tensor& gradient, double learning_rate);
  void sgd(std::size_t i, const at::Tensor& gradient, double learning_rate);

  Optimiser kind_;
  double momentum_, weight_decay_;
  std::vector<at::Tensor> parameters_;
  std::vector<at::Tensor> first_, second_;  // moments; of SGD the velocity, and none
  std::int64_t steps_ = 0;
};

}  // namespace splitbench::torch_nn
