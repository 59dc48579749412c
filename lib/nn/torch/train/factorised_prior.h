// A factorised prior with learned densities: the probability of every value of a latent, by channel
// (Balle et al. 2018, appendix 6.1; the form that Entropic Student and FrankenSplit train).
//
// The cumulative distribution of a channel is sigmoid(L(x)), L five layers of widths 1-3-3-3-3-1:
// u <- softplus(M) u + b, and but for the last u <- u + tanh(f) tanh(u): increasing in x.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

#include "core/training.h"

namespace splitbench::torch_nn {

class FactorisedPrior {
 public:
  // Starts as CompressAI does: a scale of 10, biases drawn, no bend.
  FactorisedPrior(std::int64_t channels, const at::Generator& generator, const at::Device& device);

  const std::vector<at::Tensor>& parameters() const { return parameters_; }

  // Bits of all values of a latent, batch x channels x ...: -log2 of the mass within half a step,
  // not below 1e-9 (where the gradient passes nevertheless). Differentiable.
  at::Tensor bits(const at::Tensor& latent) const;

  // Where the distribution is one half, by channel; by bisection.
  at::Tensor medians() const;
  // Masses of the integers around the medians; those beyond 10^-5 of a tail share one.
  std::vector<LatentDensity> densities(const at::Tensor& medians) const;

 private:
  // L of values, channels x 1 x count.
  at::Tensor logits(const at::Tensor& values) const;
  // The mass within half a step of values, channels x 1 x count.
  at::Tensor mass(const at::Tensor& values) const;
  // Where L has this value, channels.
  at::Tensor inverse(double logit) const;

  std::int64_t channels_;
  std::vector<at::Tensor> parameters_;  // of each layer M, b and but for the last f
};

}  // namespace splitbench::torch_nn
