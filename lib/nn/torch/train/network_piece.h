// A piece of the frozen network, run with weights that are given to it: how the student's own head
// and tail are trained while the model keeps its own.
#pragma once

#include <ATen/core/Tensor.h>
#include <torch/csrc/jit/api/module.h>

#include <memory>
#include <string>
#include <vector>

#include "nn/torch/torch_model.h"

namespace splitbench::torch_nn {

class NetworkPiece {
 public:
  // Yields nothing.
  NetworkPiece() = default;
  // `weights`: kConstant for the model's own, kInputs for those that run() is given.
  NetworkPiece(const TorchModel& model, const TorchModel::PartRequest& request,
               TorchModel::Weights weights);

  // The features asked for, in the order of the splits, then the scores if asked for. `weights`: in
  // the order of TorchModel::weights() from the same split on, those of the piece first. `boundary`
  // is not written to.
  std::vector<at::Tensor> run(const at::Tensor& boundary,
                              const std::vector<at::Tensor>& weights = {}) const;

 private:
  std::unique_ptr<Program> program_;
  std::size_t weights_ = 0;  // that it takes
  bool writes_input_ = false;
};

// Copies of the weights of a piece, in the order of TorchModel::weights().
std::vector<at::Tensor> weight_copies(const TorchModel& model,
                                      const TorchModel::PartRequest& request);

// The piece with these weights as a module whose forward takes the boundary and yields the one
// output of the piece.
jit::Module piece_module(const TorchModel& model, const TorchModel::PartRequest& request,
                         const std::vector<at::Tensor>& weights, const std::string& name);

// Two modules as one: `second` of what `first` yields.
jit::Module chained(const jit::Module& first, const jit::Module& second, const std::string& name);

}  // namespace splitbench::torch_nn
