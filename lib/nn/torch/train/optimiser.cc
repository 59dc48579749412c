#include "nn/torch/train/optimiser.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>

#include <cmath>
#include <utility>

namespace splitbench::torch_nn {
namespace {

// PyTorch's defaults.
constexpr double kBeta1 = 0.9, kBeta2 = 0.999, kEpsilon = 1e-8;
constexpr std::int64_t kGrain = 16384;  // elements a thread takes at least

bool plain(const at::Tensor& tensor) {
  return tensor.is_cpu() && tensor.is_contiguous() && tensor.scalar_type() == at::kFloat;
}

struct AdamFactors {
  float step_size, root_correction;
};

// One pass over the memory where one operation after the other would take ten.
void adam_pass(float* weight, const float* gradient, float* first, float* second,
               AdamFactors factors, std::int64_t count) {
  constexpr float kOne = kBeta1, kTwo = kBeta2, kSmall = kEpsilon;
  at::parallel_for(0, count, kGrain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      const float g = gradient[i];
      first[i] = kOne * first[i] + (1 - kOne) * g;
      second[i] = kTwo * second[i] + (1 - kTwo) * g * g;
      const float root = std::sqrt(second[i]) / factors.root_correction + kSmall;
      weight[i] -= factors.step_size * first[i] / root;
    }
  });
}

}  // namespace

ParameterOptimiser::ParameterOptimiser(const TrainingStage& stage,
                                       std::vector<at::Tensor> parameters)
    : kind_(stage.optimiser),
      momentum_(stage.momentum),
      weight_decay_(stage.weight_decay),
      parameters_(std::move(parameters)) {
  for (const at::Tensor& parameter : parameters_) {
    first_.push_back(at::zeros_like(parameter));
    if (kind_ == Optimiser::kAdam) second_.push_back(at::zeros_like(parameter));
  }
}

std::vector<at::Tensor> ParameterOptimiser::state() const {
  std::vector<at::Tensor> state = first_;
  state.insert(state.end(), second_.begin(), second_.end());
  return state;
}

void ParameterOptimiser::step(const std::vector<at::Tensor>& gradients, double learning_rate) {
  const at::NoGradGuard guard;
  ++steps_;
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    if (!gradients[i].defined()) continue;
    if (kind_ == Optimiser::kAdam) {
      adam(i, gradients[i], learning_rate);
    } else {
      sgd(i, gradients[i], learning_rate);
    }
  }
}

void ParameterOptimiser::adam(std::size_t i, const at::Tensor& gradient, double learning_rate) {
  const auto steps = static_cast<double>(steps_);
  const double step_size = learning_rate / (1 - std::pow(kBeta1, steps));
  const double root_correction = std::sqrt(1 - std::pow(kBeta2, steps));
  at::Tensor& weight = parameters_[i];
  const at::Tensor dense = gradient.contiguous();
  if (plain(weight) && plain(dense) && plain(first_[i]) && plain(second_[i])) {
    adam_pass(weight.data_ptr<float>(), dense.data_ptr<float>(), first_[i].data_ptr<float>(),
              second_[i].data_ptr<float>(),
              {static_cast<float>(step_size), static_cast<float>(root_correction)}, weight.numel());
    return;
  }
  first_[i].mul_(kBeta1).add_(gradient, 1 - kBeta1);
  second_[i].mul_(kBeta2).addcmul_(gradient, gradient, 1 - kBeta2);
  weight.addcdiv_(first_[i], second_[i].sqrt().div_(root_correction).add_(kEpsilon), -step_size);
}

void ParameterOptimiser::sgd(std::size_t i, const at::Tensor& gradient, double learning_rate) {
  at::Tensor& weight = parameters_[i];
  at::Tensor& velocity = first_[i];
  velocity.mul_(momentum_).add_(gradient).add_(weight, weight_decay_);
  weight.add_(velocity, -learning_rate);
}

}  // namespace splitbench::torch_nn
