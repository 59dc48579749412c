#include "nn/torch/train/losses.h"

#include <ATen/ATen.h>

namespace splitbench::torch_nn {

at::Tensor squared_error(const at::Tensor& student, const at::Tensor& teacher) {
  return at::mse_loss(student, teacher, at::Reduction::Sum);
}

at::Tensor weighted_squared_error(const at::Tensor& student, const at::Tensor& teacher,
                                  const at::Tensor& weights) {
  return (weights * at::pow(student - teacher, 2)).sum();
}

at::Tensor cross_entropy(const at::Tensor& scores, const at::Tensor& labels) {
  return at::nll_loss(at::log_softmax(scores.flatten(1), 1), labels);
}

at::Tensor distillation(const at::Tensor& student, const at::Tensor& teacher, double temperature) {
  const at::Tensor ours = at::log_softmax(student.flatten(1) / temperature, 1);
  const at::Tensor theirs = at::log_softmax(teacher.flatten(1) / temperature, 1);
  const at::Tensor divergence = (theirs.exp() * (theirs - ours)).sum();
  return divergence * (temperature * temperature / static_cast<double>(student.size(0)));
}

at::Tensor label_tensor(const std::vector<int>& labels, const at::Device& device) {
  return at::tensor(std::vector<std::int64_t>(labels.begin(), labels.end()), at::kLong).to(device);
}

at::Tensor affine_quantised(const at::Tensor& latent, int bits) {
  const at::Tensor flat = latent.detach().flatten(1).to(at::kDouble);
  const double top = static_cast<double>((1 << bits) - 1);
  const at::Tensor low = flat.amin(1, true).clamp_max(0);
  const at::Tensor scale = (flat.amax(1, true).clamp_min(0) - low) / top;
  const at::Tensor safe = at::where(scale > 0, scale, at::ones_like(scale));
  const at::Tensor zero = (-low / safe).round_();
  const at::Tensor levels = (flat / safe + zero).round_().clamp_(0, top);
  return ((levels - zero) * scale).to(latent.scalar_type()).view_as(latent);
}

at::Tensor through_erasures(const at::Tensor& latent, double erasure, at::Generator& generator) {
  constexpr int kBits = 8;
  constexpr double kTop = 255;
  const at::Tensor whole = (latent.detach() * kTop).round_().clamp_(0, kTop);
  at::Tensor received = at::zeros_like(whole);
  at::Tensor rest = whole;
  for (int bit = kBits - 1; bit >= 0; --bit) {
    const double weight = 1 << bit;
    const at::Tensor set = (rest >= weight).to(whole.scalar_type());
    rest = rest - set * weight;
    const at::Tensor lost = at::rand(whole.sizes(), generator).to(whole.device()) < erasure;
    received += at::where(lost, at::full_like(set, 0.5), set) * weight;
  }
  return received / kTop;
}

at::Tensor straight_through(const at::Tensor& latent, const at::Tensor& quantised) {
  return latent + (quantised - latent).detach();
}

}  // namespace splitbench::torch_nn
