// One half of a network, or the whole, as a single un-instrumented call.
#pragma once

#include <ATen/core/Tensor.h>

#include <functional>

#include "core/backend.h"
#include "nn/torch/subgraph.h"

namespace splitbench::torch_nn {

class TorchSegment : public Segment {
 public:
  struct Settings {
    at::Device device = at::kCPU;
    std::function<void()> synchronise;  // empty on the CPU
    bool writes_input = false;          // works in place on its input: give it a copy
    std::string name;                   // for error messages
  };
  TorchSegment(const std::shared_ptr<jit::Graph>& graph, Settings settings);

  Boundary run(const Boundary& input) override;
  double time_s(const Boundary& input, int calls) override;
  Boundary score_gradient(const Boundary& input, const std::vector<int>& classes) override;

 private:
  std::vector<c10::IValue> make_stack(const Boundary& input) const;

  Program program_;
  Settings settings_;
};

// The head of server-only and the tail of device-only.
class IdentitySegment : public Segment {
 public:
  Boundary run(const Boundary& input) override { return input; }
  double time_s(const Boundary&, int) override { return 0; }
  Boundary score_gradient(const Boundary& input, const std::vector<int>& classes) override;
};

}  // namespace splitbench::torch_nn
