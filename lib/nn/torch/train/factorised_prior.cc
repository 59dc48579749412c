#include "nn/torch/train/factorised_prior.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace splitbench::torch_nn {
namespace {

constexpr std::array<std::int64_t, 6> kWidths = {1, 3, 3, 3, 3, 1};
constexpr std::size_t kLayers = kWidths.size() - 1;
constexpr double kStartScale = 10, kLeastMass = 1e-9, kTail = 1e-5;
constexpr double kReach = 1 << 14;  // where a bisection begins
constexpr int kHalvings = 60;
constexpr std::int64_t kMostIntegers = 4096;  // on either side of the median

// Straight through where it is below: its users divide by it, which only ever asks for more.
at::Tensor at_least(const at::Tensor& value, double least) {
  return value + (value.clamp_min(least) - value).detach();
}

}  // namespace

FactorisedPrior::FactorisedPrior(std::int64_t channels, const at::Generator& generator,
                                 const at::Device& device)
    : channels_(channels) {
  const double scale = std::pow(kStartScale, 1.0 / kLayers);
  for (std::size_t k = 0; k < kLayers; ++k) {
    const std::int64_t in = kWidths[k], out = kWidths[k + 1];
    const double start = std::log(std::expm1(1 / (scale * static_cast<double>(out))));
    parameters_.push_back(at::full({channels, out, in}, start).to(device));
    parameters_.push_back(at::empty({channels, out, 1}).uniform_(-0.5, 0.5, generator).to(device));
    if (k + 1 < kLayers) parameters_.push_back(at::zeros({channels, out, 1}).to(device));
  }
}

at::Tensor FactorisedPrior::logits(const at::Tensor& values) const {
  at::Tensor u = values;
  std::size_t next = 0;
  for (std::size_t k = 0; k < kLayers; ++k) {
    const at::Tensor matrix = at::softplus(parameters_[next]).to(values.scalar_type());
    const at::Tensor bias = parameters_[next + 1].to(values.scalar_type());
    u = at::baddbmm(bias, matrix, u);
    next += 2;
    if (k + 1 < kLayers) u = u + at::tanh(parameters_[next++]).to(u.scalar_type()) * at::tanh(u);
  }
  return u;
}

at::Tensor FactorisedPrior::mass(const at::Tensor& values) const {
  const at::Tensor lower = logits(values - 0.5), upper = logits(values + 0.5);
  // The difference of two small numbers rather than of two near 1.
  const at::Tensor sign = -at::sign(lower + upper).detach();
  return at::abs(at::sigmoid(sign * upper) - at::sigmoid(sign * lower));
}

at::Tensor FactorisedPrior::bits(const at::Tensor& latent) const {
  const at::Tensor values = latent.transpose(0, 1).reshape({channels_, 1, -1});
  return -at::log2(at_least(mass(values), kLeastMass)).sum();
}

at::Tensor FactorisedPrior::inverse(double logit) const {
  const at::NoGradGuard guard;
  const auto options = parameters_[0].options().dtype(at::kDouble);
  at::Tensor low = at::full({channels_, 1, 1}, -kReach, options);
  at::Tensor high = at::full({channels_, 1, 1}, kReach, options);
  for (int i = 0; i < kHalvings; ++i) {
    const at::Tensor middle = (low + high) / 2;
    const at::Tensor below = logits(middle) < logit;
    low = at::where(below, middle, low);
    high = at::where(below, high, middle);
  }
  return ((low + high) / 2).flatten();
}

at::Tensor FactorisedPrior::medians() const { return inverse(0).to(parameters_[0].scalar_type()); }

std::vector<LatentDensity> FactorisedPrior::densities(const at::Tensor& medians) const {
  const at::NoGradGuard guard;
  const double edge = std::log(1 / kTail - 1);
  const at::Tensor centre = medians.to(at::kDouble);
  const auto reach = [&](double logit) {
    return (inverse(logit) - centre).round().clamp(-kMostIntegers, kMostIntegers).to(at::kCPU);
  };
  const at::Tensor low = reach(-edge), high = reach(edge);
  std::vector<LatentDensity> densities;
  for (std::int64_t c = 0; c < channels_; ++c) {
    const auto first = static_cast<std::int64_t>(low[c].item<double>());
    const auto last = std::max(first, static_cast<std::int64_t>(high[c].item<double>()));
    const at::Tensor offsets = at::arange(first, last + 1, centre.options());
    // All channels, for the sake of one formula; there are few integers.
    const at::Tensor values = (offsets + centre[c]).expand({channels_, 1, -1});
    const at::Tensor masses = mass(values)[c].flatten().to(at::kCPU).contiguous();
    LatentDensity density;
    density.median = medians[c].item<float>();
    density.first = static_cast<std::int32_t>(first);
    const double* begin = masses.data_ptr<double>();
    density.weights.assign(begin, begin + masses.numel());
    double inside = 0;
    for (const double weight : density.weights) inside += weight;
    density.weights.push_back(std::max(1 - inside, kLeastMass));
    densities.push_back(std::move(density));
  }
  return densities;
}

}  // namespace splitbench::torch_nn
