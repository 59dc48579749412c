// What a trainer learns of images beside its steps, and what it leaves in the end.
#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <numeric>
#include <utility>

#include "base/error.h"
#include "nn/torch/convert.h"
#include "nn/torch/torch_errors.h"
#include "nn/torch/train/torch_trainer.h"

namespace splitbench::torch_nn {

void TorchTrainer::look_at(const TrainingBatch& batch) {
  if (!attention_layer_) return;
  translated("choice of channels", [&] {
    const at::NoGradGuard guard;
    const at::Tensor x = encoded_features(teachers_->of_examinations.teach(this, batch));
    const at::Tensor attended = attention_layer_->forward(x, false);
    const at::Tensor energy = attended.abs().sum({0, 2, 3});
    // The score of a channel is what the layer multiplies it with, wherever it is not 0.
    const at::Tensor scores =
        (attended.abs().sum({2, 3}) / x.abs().sum({2, 3}).clamp_min(1e-20)).sum(0);
    const at::Tensor sums = at::stack({scores, energy}).to(at::kDouble);
    attention_ = attention_.defined() ? attention_ + sums : sums;
  });
}

// The greatest scores; of equal ones those of more energy.
void TorchTrainer::choose_channels() {
  const at::Tensor* kept = encoder_->buffer("channels");
  if (kept == nullptr) throw runtime_failure("internal: this encoder selects no channels");
  const at::Tensor sums = attention_.to(at::kCPU).contiguous();
  const double* scores = sums.data_ptr<double>();
  const double* energies = scores + sums.size(1);
  std::vector<std::int64_t> order(static_cast<std::size_t>(sums.size(1)));
  std::iota(order.begin(), order.end(), std::int64_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::int64_t a, std::int64_t b) {
    return std::pair(scores[a], energies[a]) > std::pair(scores[b], energies[b]);
  });
  order.resize(static_cast<std::size_t>(kept->numel()));
  std::sort(order.begin(), order.end());
  kept->copy_(at::tensor(order, at::kLong));
  attention_ = at::Tensor();
}

Tensor TorchTrainer::encode(const TrainingBatch& batch) {
  return translated("encoding", [&] {
    const at::NoGradGuard guard;
    const Teaching& teaching = teachers_->of_examinations.teach(this, batch);
    if (const at::Tensor* condition = encoder_->buffer("condition")) condition->zero_();
    return from_torch(encoder_->forward(encoded_features(teaching), false));
  });
}

std::vector<LatentDensity> TorchTrainer::densities() const {
  if (!prior_) return {};
  return translated("densities", [&] { return prior_->densities(prior_->medians()); });
}

Bytes TorchTrainer::encoder_archive() const {
  const jit::Module encoder = encoder_->for_inference();
  if (!plan_.owns_head) return archive(encoder);
  return archive(
      chained(piece_module(model_, head_request(), head_weights_, "Head"), encoder, "Device"));
}

Bottleneck TorchTrainer::outline() const {
  Bottleneck bottleneck;
  bottleneck.method = plan_.method;
  bottleneck.variant = plan_.variant;
  bottleneck.encoder_split = plan_.encoder_split;
  bottleneck.decoder_split = plan_.decoder_split;
  bottleneck.input = input_;
  bottleneck.latent = latent_;
  bottleneck.output = output_;
  bottleneck.coder.coding = plan_.coding;
  bottleneck.coder.bits = plan_.bits;
  const auto numbers = [](const std::vector<at::Tensor>& weights) {
    std::uint64_t count = 0;
    for (const at::Tensor& weight : weights) count += static_cast<std::uint64_t>(weight.numel());
    return count;
  };
  const Shape& features = plan_.owns_head ? output_.shape : input_.shape;
  bottleneck.encoder.parameters = parameter_count(plan_.encoder) + numbers(head_weights_);
  bottleneck.encoder.macs = multiply_accumulates(plan_.encoder, features) +
                            (plan_.owns_head ? model_.macs(head_request()) : 0);
  bottleneck.decoder.parameters = parameter_count(plan_.decoder);
  bottleneck.decoder.macs = multiply_accumulates(plan_.decoder, latent_.shape);
  bottleneck.tail.parameters = numbers(tail_weights_);
  bottleneck.tail.macs = model_.macs(tail_request());
  return bottleneck;
}

Bottleneck TorchTrainer::finish() {
  return translated("writing the bottleneck", [&] {
    Bottleneck bottleneck = outline();
    if (const at::Tensor* condition = encoder_->buffer("condition")) condition->zero_();
    bottleneck.encoder.network = encoder_archive();
    bottleneck.decoder.network = archive(decoder_->for_inference());
    if (tail_trained_) {
      bottleneck.tail.network =
          archive(piece_module(model_, tail_request(), tail_weights_, "Tail"));
    }
    return bottleneck;
  });
}

}  // namespace splitbench::torch_nn
