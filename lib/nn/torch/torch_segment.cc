#include "nn/torch/torch_segment.h"

#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>

#include "base/clock.h"
#include "nn/torch/convert.h"
#include "nn/torch/torch_errors.h"

namespace splitbench::torch_nn {

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

}  // namespace splitbench::torch_nn
