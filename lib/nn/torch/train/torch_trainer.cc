#include "nn/torch/train/torch_trainer.h"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/autograd.h>

#include <algorithm>
#include <cmath>
#include <tuple>
#include <utility>

#include "base/error.h"
#include "nn/torch/convert.h"
#include "nn/torch/torch_errors.h"
#include "nn/torch/train/losses.h"
#include "nn/torch/train/tensor_state.h"

namespace splitbench::torch_nn {
namespace {

constexpr std::size_t kServerOnly = 0;  // the first of a model's splits

TensorSpec single(const TorchModel& model, std::size_t split) {
  return model.info().splits.at(split).boundary.at(0);
}

// `generator` on the CPU, so that what it draws is the same for every device.
at::Tensor noise_like(const at::Tensor& tensor, at::Generator& generator) {
  return (at::rand(tensor.sizes(), generator) - 0.5).to(tensor.device());
}

at::Tensor normal_like(const at::Tensor& tensor, at::Generator& generator) {
  return at::randn(tensor.sizes(), generator).to(tensor.device());
}

}  // namespace

TorchTrainer::TorchTrainer(const TorchModel& model, const TrainingPlan& plan, std::uint64_t seed,
                           std::shared_ptr<Teachers> teachers)
    : model_(model),
      plan_(plan),
      encoder_split_(model.split_index(plan.encoder_split)),
      decoder_split_(model.split_index(plan.decoder_split)),
      teachers_(std::move(teachers)) {
  input_ = single(model, encoder_split_);
  output_ = single(model, decoder_split_);
  latent_ = {DType::kF32,
             output_shape(plan.encoder, plan.owns_head ? output_.shape : input_.shape)};
  if (const Shape got = output_shape(plan.decoder, latent_.shape); got != output_.shape) {
    throw bad_input("the decoder yields " + shape_text(got) + " where " +
                    shape_text(output_.shape) + " crosses");
  }
  if (plan.owns_head && encoder_split_ >= decoder_split_) {
    throw bad_input("an encoder with the head of " + plan.decoder_split + " cannot begin at " +
                    plan.encoder_split);
  }
  const at::Generator generator = at::detail::createCPUGenerator(seed);
  encoder_ = std::make_unique<NetworkModule>(plan.encoder, "Encoder", generator, model.device());
  decoder_ = std::make_unique<NetworkModule>(plan.decoder, "Decoder", generator, model.device());
  if (plan.coding == LatentCoding::kFactorised) {
    prior_ = std::make_unique<FactorisedPrior>(latent_.shape.at(1), generator, model.device());
  }
  if (!plan.encoder.empty() && plan.encoder.front().kind == LayerKind::kAttention) {
    attention_layer_ = encoder_->beginning({plan.encoder.front()}, "Attention");
  }
  for (const TrainingStage& stage : plan_.stages) tail_trained_ |= stage.train_tail;
  tail_weights_ = weight_copies(model, tail_request());
  frozen_tail_ = NetworkPiece(model, tail_request(), TorchModel::Weights::kConstant);
  examinee_ = NetworkPiece(model, tail_request(), TorchModel::Weights::kInputs);
  if (plan.owns_head) {
    head_weights_ = weight_copies(model, head_request());
    head_ = NetworkPiece(model, head_request(), TorchModel::Weights::kInputs);
  }
  teachers_->of_examinations.enrol(this, lesson_of({decoder_split_}, true));
  begin_stage(0);
}

TorchTrainer::~TorchTrainer() {
  teachers_->of_steps.dismiss(this);
  teachers_->of_examinations.dismiss(this);
}

bool TorchTrainer::runs_head() const {
  const auto end = plan_.stages.begin() + static_cast<std::ptrdiff_t>(stage_index_) + 1;
  return plan_.owns_head && std::any_of(plan_.stages.begin(), end,
                                        [](const TrainingStage& past) { return past.train_head; });
}

// Where the encoder does not take the network's input, it takes the network's features; and a head
// that has not moved yields what the network's does.
Lesson TorchTrainer::lesson_of(const std::vector<std::size_t>& splits, bool scores) const {
  Lesson lesson{{splits.begin(), splits.end()}, scores};
  if (encoder_split_ != kServerOnly) lesson.splits.insert(encoder_split_);
  if (plan_.owns_head && !runs_head()) lesson.splits.insert(decoder_split_);
  return lesson;
}

void TorchTrainer::make_student() {
  std::vector<std::size_t> outputs;
  for (const std::size_t split : feature_splits_) {
    if (split < decoder_split_) {
      throw bad_input("features at " + model_.info().splits.at(split).id + ", before the decoder");
    }
    if (split != decoder_split_) outputs.push_back(split);
  }
  const bool scores = stage().cross_entropy != 0 || stage().distillation != 0;
  student_ = {};
  if (outputs.empty() && !scores) return;
  student_ = NetworkPiece(model_, {decoder_split_, std::move(outputs), scores},
                          TorchModel::Weights::kInputs);
}

void TorchTrainer::begin_stage(std::size_t index) {
  stage_index_ = index;
  if (stage().chooses_channels && attention_.defined()) choose_channels();
  feature_splits_.clear();
  for (const std::string& id : stage().feature_splits) {
    feature_splits_.push_back(model_.split_index(id));
  }
  teachers_->of_steps.enrol(this, lesson_of(feature_splits_, stage().distillation != 0));
  make_student();
  const auto set = [](const std::vector<at::Tensor>& tensors, bool trained) {
    for (const at::Tensor& tensor : tensors) tensor.set_requires_grad(trained);
  };
  set(encoder_->parameters(), stage().train_encoder);
  set(decoder_->parameters(), stage().train_decoder);
  set(tail_weights_, stage().train_tail);
  set(head_weights_, stage().train_head);
  if (prior_) set(prior_->parameters(), stage().rate != 0);
  optimiser_ = std::make_unique<ParameterOptimiser>(stage(), trained());
  best_.clear();
}

std::vector<at::Tensor> TorchTrainer::trained() const {
  std::vector<at::Tensor> tensors;
  const auto add = [&](const std::vector<at::Tensor>& more, bool wanted) {
    if (wanted) tensors.insert(tensors.end(), more.begin(), more.end());
  };
  add(encoder_->parameters(), stage().train_encoder);
  add(decoder_->parameters(), stage().train_decoder);
  add(tail_weights_, stage().train_tail);
  add(head_weights_, stage().train_head);
  if (prior_) add(prior_->parameters(), stage().rate != 0);
  return tensors;
}

std::vector<at::Tensor> TorchTrainer::weights() const {
  std::vector<at::Tensor> tensors;
  for (const auto* part : {&encoder_->parameters(), &encoder_->buffers(), &decoder_->parameters(),
                           &decoder_->buffers(), &tail_weights_, &head_weights_}) {
    tensors.insert(tensors.end(), part->begin(), part->end());
  }
  if (prior_) {
    tensors.insert(tensors.end(), prior_->parameters().begin(), prior_->parameters().end());
  }
  return tensors;
}

const at::Tensor& TorchTrainer::encoder_input(const Teaching& teaching) const {
  return encoder_split_ == kServerOnly ? teaching.input : teaching.features.at(encoder_split_);
}

at::Tensor TorchTrainer::encoded_features(const Teaching& teaching) const {
  if (!plan_.owns_head) return encoder_input(teaching);
  if (!runs_head()) return teaching.features.at(decoder_split_);
  return head_.run(encoder_input(teaching), head_weights_).at(0);
}

double TorchTrainer::draw_noise(at::Generator& generator) {
  if (stage().channel_noise == 0) return 0;
  const double noise = at::rand({1}, generator).item<double>() * stage().channel_noise;
  if (const at::Tensor* condition = encoder_->buffer("condition")) condition->fill_(noise);
  return noise;
}

at::Tensor TorchTrainer::train_latent(const at::Tensor& latent, double noise,
                                      at::Generator& generator) const {
  switch (stage().latent) {
    case LatentTraining::kPlain:
      return latent;
    case LatentTraining::kStraightThrough:
      return straight_through(latent, quantised(latent));
    case LatentTraining::kNoise:
      return latent + noise_like(latent, generator);
    case LatentTraining::kRounded:
      return quantised(latent.detach());
    case LatentTraining::kErasure:
      return straight_through(latent, through_erasures(latent, noise, generator));
    case LatentTraining::kGaussian:
      return latent + normal_like(latent, generator) * noise;
  }
  return latent;
}

at::Tensor TorchTrainer::quantised(const at::Tensor& latent) const {
  if (!prior_) return affine_quantised(latent, plan_.bits);
  if (!medians_.defined()) medians_ = prior_->medians();
  const at::Tensor centre = medians_.reshape({1, -1, 1, 1});
  return (latent.detach() - centre).round_() + centre;
}

// `student`: the decoder's output, then what the tail yields.
at::Tensor TorchTrainer::loss_of(const TrainingBatch& batch, const Teaching& teaching,
                                 const std::vector<at::Tensor>& student,
                                 const at::Tensor& bits) const {
  std::vector<at::Tensor> terms;
  for (std::size_t i = 0; i < feature_splits_.size(); ++i) {
    const at::Tensor& truth = teaching.features.at(feature_splits_[i]);
    terms.push_back(stage().saliency && i == 0
                        ? weighted_squared_error(student[0], truth, 0.5 * (1 + saliency(truth)))
                        : squared_error(student.at(i), truth));
    terms.back() = terms.back() * stage().features;
  }
  if (stage().rate != 0) terms.push_back(bits * stage().rate);
  if (stage().cross_entropy != 0) {
    const at::Tensor labels = label_tensor(batch.labels, model_.device());
    terms.push_back(cross_entropy(student.back(), labels) * stage().cross_entropy);
  }
  if (stage().distillation != 0) {
    terms.push_back(distillation(student.back(), teaching.scores, stage().temperature) *
                    stage().distillation);
  }
  at::Tensor loss = terms.at(0);
  for (std::size_t i = 1; i < terms.size(); ++i) loss = loss + terms[i];
  return loss;
}

// How much the network's own answer depends on each place of the map at the decoder's split, from 0
// to 1 in each image: XGrad-CAM (Fu et al. 2020).
at::Tensor TorchTrainer::saliency(const at::Tensor& boundary) const {
  const at::AutoGradMode gradients(true);
  at::Tensor leaf = boundary.detach().clone().set_requires_grad(true);
  const at::Tensor scores = frozen_tail_.run(leaf).at(0).flatten(1);
  const at::Tensor best = std::get<0>(scores.max(1)).sum();
  const at::Tensor slope = torch::autograd::grad({best}, {leaf}).at(0);
  const at::NoGradGuard guard;
  const at::Tensor weights =
      (slope * boundary).sum({2, 3}, true) / (boundary.sum({2, 3}, true) + 1e-7);
  const at::Tensor map = (weights * boundary).sum(1, true).clamp_min_(0);
  const at::Tensor low = map.amin({2, 3}, true), span = map.amax({2, 3}, true) - low;
  return at::where(span > 0, (map - low) / span, at::full_like(map, 0.5));
}

// The decoder's output, then what the tail yields; and the latents' bits where they are estimated.
std::vector<at::Tensor> TorchTrainer::run_student(const Teaching& teaching,
                                                  at::Generator& generator, at::Tensor& bits) {
  std::vector<at::Tensor> student;
  if (stage().attention_only) {
    student.push_back(attention_layer_->forward(encoded_features(teaching), stage().train_encoder));
  } else {
    const double noise = draw_noise(generator);
    at::Tensor latent;
    {
      const at::AutoGradMode encoder_gradients(stage().train_encoder || stage().train_head);
      latent = encoder_->forward(encoded_features(teaching), stage().train_encoder);
    }
    const at::Tensor received = train_latent(latent, noise, generator);
    if (stage().rate != 0) bits = prior_->bits(received);
    student.push_back(decoder_->forward(received, stage().train_decoder));
  }
  for (at::Tensor& output : student_.run(student[0], tail_weights_)) {
    student.push_back(std::move(output));
  }
  return student;
}

StepResult TorchTrainer::step(const TrainingBatch& batch, double learning_rate,
                              std::uint64_t seed) {
  return translated("training step", [&] {
    const at::AutoGradMode gradients(true);
    at::Generator generator = at::detail::createCPUGenerator(seed);
    const Teaching& teaching = teachers_->of_steps.teach(this, batch);
    at::Tensor bits;
    const std::vector<at::Tensor> student = run_student(teaching, generator, bits);
    const at::Tensor loss = loss_of(batch, teaching, student, bits);
    StepResult result;
    const bool sum = stage().cross_entropy == 0 && stage().distillation == 0;
    result.loss = loss.item<double>() / (sum ? static_cast<double>(batch.inputs.shape().at(0)) : 1);
    if (bits.defined()) result.bits = bits.item<double>();
    if (!std::isfinite(result.loss)) return result;
    optimiser_->step(torch::autograd::grad({loss}, optimiser_->parameters(), {}, false, false,
                                           /*allow_unused=*/true),
                     learning_rate);
    encoder_->project();
    decoder_->project();
    if (stage().rate != 0) medians_ = at::Tensor();
    return result;
  });
}

Evaluation TorchTrainer::evaluate(const TrainingBatch& batch) {
  return translated("validation", [&] {
    const at::NoGradGuard guard;
    const Teaching& teaching = teachers_->of_examinations.teach(this, batch);
    if (const at::Tensor* condition = encoder_->buffer("condition")) condition->zero_();
    Evaluation result;
    at::Tensor boundary;
    if (stage().attention_only) {
      boundary = attention_layer_->forward(encoded_features(teaching), false);
    } else {
      const at::Tensor latent = quantised(encoder_->forward(encoded_features(teaching), false));
      if (prior_) result.bits = prior_->bits(latent).item<double>();
      boundary = decoder_->forward(latent, false);
    }
    result.images = static_cast<std::size_t>(batch.inputs.shape().at(0));
    result.loss = squared_error(boundary, teaching.features.at(decoder_split_)).item<double>();
    const at::Tensor answers = examinee_.run(boundary, tail_weights_).back().flatten(1).argmax(1);
    const at::Tensor own = teaching.scores.flatten(1).argmax(1);
    const at::Tensor labels =
        batch.labels.empty() ? own : label_tensor(batch.labels, model_.device());
    const auto equal = [](const at::Tensor& a, const at::Tensor& b) {
      return static_cast<std::size_t>(a.eq(b).sum().item<std::int64_t>());
    };
    result.right = equal(answers, labels);
    result.network_right = equal(own, labels);
    return result;
  });
}

bool TorchTrainer::finite() const {
  const at::NoGradGuard guard;
  const std::vector<at::Tensor> tensors = weights();
  return std::all_of(tensors.begin(), tensors.end(), [](const at::Tensor& tensor) {
    return !tensor.is_floating_point() || at::isfinite(tensor).all().item<bool>();
  });
}

void TorchTrainer::keep_best() {
  best_.clear();
  for (const at::Tensor& tensor : weights()) best_.push_back(tensor.detach().clone());
}

void TorchTrainer::return_to_best() {
  const at::NoGradGuard guard;
  const std::vector<at::Tensor> current = weights();
  for (std::size_t i = 0; i < best_.size(); ++i) current[i].copy_(best_[i]);
  medians_ = at::Tensor();
}

Bytes TorchTrainer::state() const {
  std::vector<at::Tensor> tensors = weights();
  const std::vector<at::Tensor> moments = optimiser_->state();
  tensors.insert(tensors.end(), moments.begin(), moments.end());
  tensors.insert(tensors.end(), best_.begin(), best_.end());
  ByteWriter writer;
  writer.varint(static_cast<std::uint64_t>(optimiser_->steps()));
  writer.u8(best_.empty() ? 0 : 1);
  write_tensors(writer, tensors);
  return writer.take();
}

void TorchTrainer::restore(std::size_t stage, ByteView state) {
  begin_stage(stage);
  ByteReader reader(state, "state of a training");
  const std::uint64_t steps = reader.varint();
  std::vector<at::Tensor> tensors = weights();
  const std::vector<at::Tensor> moments = optimiser_->state();
  tensors.insert(tensors.end(), moments.begin(), moments.end());
  if (reader.u8() != 0) {
    keep_best();
    tensors.insert(tensors.end(), best_.begin(), best_.end());
  }
  read_tensors(reader, tensors);
  reader.expect_end();
  optimiser_->set_steps(static_cast<std::int64_t>(steps));
  medians_ = at::Tensor();
}

}  // namespace splitbench::torch_nn
