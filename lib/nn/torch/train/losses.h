// The terms of a stage's loss (core/training.h), and the quantiser that a latent meets in use.
// All differentiable; pure.
#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "core/training.h"

namespace splitbench::torch_nn {

// The sum of squared differences over images and elements.
at::Tensor squared_error(const at::Tensor& student, const at::Tensor& teacher);

// Mean over the images of -log softmax(scores)[label].
at::Tensor cross_entropy(const at::Tensor& scores, const at::Tensor& labels);

// T^2 times the mean over the images of KL(softmax(teacher / T) || softmax(student / T)) (Hinton et
// al. 2015).
at::Tensor distillation(const at::Tensor& student, const at::Tensor& teacher, double temperature);

// Class indices as a tensor on the device of the scores.
at::Tensor label_tensor(const std::vector<int>& labels, const at::Device& device);

// Levels 0 to 2^bits - 1 of each image's latent, its own minimum and maximum the ends (per-tensor
// affine, Jacob et al. 2018, with a real zero point); and back. A constant latent has level 0.
struct AffineLevels {
  at::Tensor levels;      // shaped as the latent
  at::Tensor low, scale;  // one an image
};
AffineLevels affine_levels(const at::Tensor& latent, int bits);
at::Tensor from_levels(const AffineLevels& levels);

// The quantised latent, whose gradient with respect to `latent` is the identity.
at::Tensor straight_through(const at::Tensor& latent, const at::Tensor& quantised);

}  // namespace splitbench::torch_nn
