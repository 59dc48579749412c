#include "nn/torch/torch_segment.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <c10/core/InferenceMode.h>
#include <torch/csrc/autograd/autograd.h>

#include "base/clock.h"
#include "nn/torch/convert.h"
#include "nn/torch/torch_errors.h"

namespace splitbench::torch_nn {
namespace {

at::Tensor sum_of_log_probabilities(const at::Tensor& scores, const std::vector<int>& classes) {
  const at::Tensor index =
      at::tensor(std::vector<std::int64_t>(classes.begin(), classes.end()), at::kLong)
          .to(scores.device())
          .unsqueeze(1);
  return at::log_softmax(scores.flatten(1), 1).gather(1, index).sum();
}

// Leaves of the gradient, copies of the input.
std::vector<at::Tensor> differentiable_leaves(const Boundary& input, const at::Device& device) {
  std::vector<at::Tensor> leaves;
  for (const Tensor& tensor : input) {
    at::Tensor leaf = to_torch(tensor, device).clone();
    if (leaf.is_floating_point()) leaf.requires_grad_(true);
    leaves.push_back(std::move(leaf));
  }
  return leaves;
}

Boundary gradients_of(const at::Tensor& value, const std::vector<at::Tensor>& leaves) {
  std::vector<at::Tensor> wanted;
  for (const at::Tensor& leaf : leaves) {
    if (leaf.requires_grad()) wanted.push_back(leaf);
  }
  const std::vector<at::Tensor> found =
      torch::autograd::grad({value}, wanted, {}, false, false, /*allow_unused=*/true);
  Boundary gradients;
  auto next = found.begin();
  for (const at::Tensor& leaf : leaves) {
    if (!leaf.requires_grad()) {
      gradients.emplace_back();
      continue;
    }
    gradients.push_back(from_torch(next->defined() ? *next : at::zeros_like(leaf)));
    ++next;
  }
  return gradients;
}

}  // namespace

TorchSegment::TorchSegment(const std::shared_ptr<jit::Graph>& graph, Settings settings)
    : program_(graph, settings.name), settings_(std::move(settings)) {}

std::vector<c10::IValue> TorchSegment::make_stack(const Boundary& input) const {
  std::vector<c10::IValue> stack;
  for (const Tensor& tensor : input) {
    const at::Tensor view = to_torch(tensor, settings_.device);
    // On another device to_torch has copied already.
    const bool copy = settings_.writes_input && settings_.device.is_cpu();
    stack.emplace_back(copy ? view.clone() : view);
  }
  return stack;
}

Boundary TorchSegment::run(const Boundary& input) {
  return translated(settings_.name, [&] {
    const c10::InferenceMode guard;
    std::vector<c10::IValue> stack = make_stack(input);
    program_.run(stack);
    Boundary output;
    for (const c10::IValue& value : stack) output.push_back(from_torch(value.toTensor()));
    return output;
  });
}

double TorchSegment::time_s(const Boundary& input, int calls) {
  return translated(settings_.name, [&] {
    const c10::InferenceMode guard;
    std::vector<std::vector<c10::IValue>> stacks;
    for (int call = 0; call < calls; ++call) stacks.push_back(make_stack(input));
    if (settings_.synchronise) settings_.synchronise();
    const double start = monotonic_s();
    for (std::vector<c10::IValue>& stack : stacks) program_.run(stack);
    if (settings_.synchronise) settings_.synchronise();
    return monotonic_s() - start;
  });
}

Boundary TorchSegment::score_gradient(const Boundary& input, const std::vector<int>& classes) {
  return translated(settings_.name, [&] {
    const at::AutoGradMode gradients(true);
    const std::vector<at::Tensor> leaves = differentiable_leaves(input, settings_.device);
    std::vector<c10::IValue> stack;
    // A leaf must not be written in place; a copy of it may.
    for (const at::Tensor& leaf : leaves) {
      stack.emplace_back(settings_.writes_input ? leaf.clone() : leaf);
    }
    program_.run(stack);
    return gradients_of(sum_of_log_probabilities(stack.at(0).toTensor(), classes), leaves);
  });
}

Boundary IdentitySegment::score_gradient(const Boundary& input, const std::vector<int>& classes) {
  return translated("identity", [&] {
    const at::AutoGradMode gradients(true);
    const std::vector<at::Tensor> leaves = differentiable_leaves(input, at::kCPU);
    return gradients_of(sum_of_log_probabilities(leaves.at(0), classes), leaves);
  });
}

}  // namespace splitbench::torch_nn
