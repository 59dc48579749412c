#include "nn/torch/train/losses.h"

#include <ATen/ATen.h>

namespace splitbench::torch_nn {

at::Tensor squared_error(const at::Tensor& student, const at::Tensor& teacher) {
  return at::mse_loss(student, teacher, at::Reduction::Sum);
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

AffineLevels affine_levels(const at::Tensor& latent, int bits) {
  const at::Tensor flat = latent.detach().flatten(1);
  AffineLevels levels;
  levels.low = flat.amin(1, true);
  const double top = static_cast<double>((1 << bits) - 1);
  levels.scale = (flat.amax(1, true) - levels.low) / top;
  const at::Tensor safe = at::where(levels.scale > 0, levels.scale, at::ones_like(levels.scale));
  levels.levels = ((flat - levels.low) / safe).round_().clamp_(0, top).view_as(latent);
  return levels;
}

at::Tensor from_levels(const AffineLevels& levels) {
  return (levels.levels.flatten(1) * levels.scale + levels.low).view_as(levels.levels);
}

at::Tensor straight_through(const at::Tensor& latent, const at::Tensor& quantised) {
  return latent + (quantised - latent).detach();
}

}  // namespace splitbench::torch_nn
