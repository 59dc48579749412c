// The terms of a stage's loss (core/training.h), and the quantiser that a latent meets in use.
// All differentiable; pure.
#pragma once

#include <ATen/core/Generator.h>
#include <ATen/core/Tensor.h>

#include <vector>

#include "core/training.h"

namespace splitbench::torch_nn {

// The sum of squared differences over images and elements.
at::Tensor squared_error(const at::Tensor& student, const at::Tensor& teacher);

// The same, each place counted `weights` times (batch x 1 x rows x columns).
at::Tensor weighted_squared_error(const at::Tensor& student, const at::Tensor& teacher,
                                  const at::Tensor& weights);

// Mean over the images of -log softmax(scores)[label].
at::Tensor cross_entropy(const at::Tensor& scores, const at::Tensor& labels);

// T^2 times the mean over the images of KL(softmax(teacher / T) || softmax(student / T)) (Hinton et
// al. 2015).
at::Tensor distillation(const at::Tensor& student, const at::Tensor& teacher, double temperature);

// Class indices as a tensor on the device of the scores.
at::Tensor label_tensor(const std::vector<int>& labels, const at::Device& device);

// The latent after the quantiser of codec/bottleneck/latent_quantiser.h, where its formulas stand:
// per-tensor affine (Jacob et al. 2018), of each image by itself.
at::Tensor affine_quantised(const at::Tensor& latent, int bits);

// Values between 0 and 1 in 8 bits, each of which is lost with probability `erasure` and then read
// as half of what it stands for (BottleNet++, arXiv 1910.14315, the value 1 being 255).
at::Tensor through_erasures(const at::Tensor& latent, double erasure, at::Generator& generator);

// The quantised latent, whose gradient with respect to `latent` is the identity.
at::Tensor straight_through(const at::Tensor& latent, const at::Tensor& quantised);

}  // namespace splitbench::torch_nn
