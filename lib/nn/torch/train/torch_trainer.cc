#include "nn/torch/train/torch_trainer.h"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/autograd.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/error.h"
#include "core/latent_tables.h"
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

bool sees_latents(LatentCoding coding) { return coding != LatentCoding::kAffine; }

}  // namespace

TorchTrainer::TorchTrainer(const TorchModel& model, const TrainingPlan& plan, std::uint64_t seed)
    : model_(model),
      plan_(plan),
      encoder_split_(model.split_index(plan.encoder_split)),
      decoder_split_(model.split_index(plan.decoder_split)) {
  input_ = single(model, encoder_split_);
  output_ = single(model, decoder_split_);
  latent_ = {DType::kF32, output_shape(plan.encoder, input_.shape)};
  if (const Shape got = output_shape(plan.decoder, latent_.shape); got != output_.shape) {
    throw bad_input("the decoder yields " + shape_text(got) + " where " +
                    shape_text(output_.shape) + " crosses");
  }
  const at::Generator generator = at::detail::createCPUGenerator(seed);
  encoder_ = std::make_unique<NetworkModule>(plan.encoder, "Encoder", generator, model.device());
  decoder_ = std::make_unique<NetworkModule>(plan.decoder, "Decoder", generator, model.device());
  for (const TrainingStage& stage : plan_.stages) tail_trained_ |= stage.train_tail;
  for (const jit::Value* value : model.weights(decoder_split_)) {
    tail_weights_.push_back(jit::toIValue(value)->toTensor().detach().clone());
  }
  level_counts_.assign(static_cast<std::size_t>(latent_.shape.at(1)), {});
  examiner_ = make_part(kServerOnly, {encoder_split_, decoder_split_}, true,
                        TorchModel::Weights::kConstant);
  examinee_ = make_part(decoder_split_, {}, true, TorchModel::Weights::kInputs);
  begin_stage(0);
}

TorchTrainer::Part TorchTrainer::make_part(std::size_t from, std::vector<std::size_t> outputs,
                                           bool scores, TorchModel::Weights weights) const {
  Part part;
  part.features = outputs.size();
  part.scores = scores;
  const auto graph = model_.part({from, std::move(outputs), scores}, weights);
  part.program = std::make_unique<Program>(graph, "part");
  return part;
}

// The features of the encoder's split come first where the encoder does not take the input itself.
void TorchTrainer::make_teacher() {
  std::vector<std::size_t> outputs;
  if (encoder_split_ != kServerOnly) outputs.push_back(encoder_split_);
  for (const std::string& id : stage().feature_splits) outputs.push_back(model_.split_index(id));
  const bool scores = stage().distillation != 0;
  teacher_ = Part{};
  if (outputs.empty() && !scores) return;
  teacher_ = make_part(kServerOnly, std::move(outputs), scores, TorchModel::Weights::kConstant);
}

void TorchTrainer::make_student() {
  std::vector<std::size_t> outputs;
  for (const std::string& id : stage().feature_splits) {
    const std::size_t split = model_.split_index(id);
    if (split < decoder_split_) throw bad_input("features at " + id + ", before the decoder");
    if (split != decoder_split_) outputs.push_back(split);
  }
  const bool scores = stage().cross_entropy != 0 || stage().distillation != 0;
  student_ = Part{};
  if (outputs.empty() && !scores) return;
  student_ = make_part(decoder_split_, std::move(outputs), scores, TorchModel::Weights::kInputs);
}

void TorchTrainer::begin_stage(std::size_t index) {
  stage_index_ = index;
  make_teacher();
  make_student();
  const auto set = [](const std::vector<at::Tensor>& tensors, bool trained) {
    for (const at::Tensor& tensor : tensors) tensor.set_requires_grad(trained);
  };
  set(encoder_->parameters(), stage().train_encoder);
  set(decoder_->parameters(), stage().train_decoder);
  set(tail_weights_, stage().train_tail);
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
  return tensors;
}

std::vector<at::Tensor> TorchTrainer::weights() const {
  std::vector<at::Tensor> tensors;
  for (const auto* part : {&encoder_->parameters(), &encoder_->buffers(), &decoder_->parameters(),
                           &decoder_->buffers(), &tail_weights_}) {
    tensors.insert(tensors.end(), part->begin(), part->end());
  }
  return tensors;
}

TorchTrainer::Teaching TorchTrainer::teach(const Part& teacher, const at::Tensor& input) const {
  const at::NoGradGuard guard;
  Teaching teaching;
  teaching.encoder_input = input;
  if (!teacher.program) return teaching;
  std::vector<c10::IValue> stack = {model_.writes_input(kServerOnly) ? input.clone() : input};
  teacher.program->run(stack);
  for (std::size_t i = 0; i < teacher.features; ++i) {
    teaching.features.push_back(stack.at(i).toTensor());
  }
  if (teacher.scores) teaching.scores = stack.at(teacher.features).toTensor();
  if (encoder_split_ != kServerOnly) {
    teaching.encoder_input = teaching.features.front();
    teaching.features.erase(teaching.features.begin());
  }
  return teaching;
}

at::Tensor TorchTrainer::train_latent(const at::Tensor& latent) const {
  if (stage().latent != LatentTraining::kStraightThrough) return latent;
  return straight_through(latent, from_levels(affine_levels(latent, plan_.bits)));
}

std::vector<at::Tensor> TorchTrainer::run_tail(const Part& tail, const at::Tensor& boundary) const {
  if (!tail.program) return {};
  std::vector<c10::IValue> stack = {model_.writes_input(decoder_split_) ? boundary.clone()
                                                                        : boundary};
  stack.insert(stack.end(), tail_weights_.begin(), tail_weights_.end());
  tail.program->run(stack);
  std::vector<at::Tensor> outputs;
  for (const c10::IValue& value : stack) outputs.push_back(value.toTensor());
  return outputs;
}

// `student`: the decoder's output, then what the tail yields.
at::Tensor TorchTrainer::loss_of(const TrainingBatch& batch, const Teaching& teaching,
                                 const std::vector<at::Tensor>& student) const {
  std::vector<at::Tensor> terms;
  for (std::size_t i = 0; i < teaching.features.size(); ++i) {
    terms.push_back(squared_error(student.at(i), teaching.features[i]) * stage().features);
  }
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

StepResult TorchTrainer::step(const TrainingBatch& batch, double learning_rate,
                              std::uint64_t /*seed*/) {
  return translated("training step", [&] {
    const at::AutoGradMode gradients(true);
    const Teaching teaching = teach(teacher_, to_torch(batch.inputs, model_.device()));
    at::Tensor latent;
    {
      const at::AutoGradMode encoder_gradients(stage().train_encoder);
      latent = encoder_->forward(teaching.encoder_input, stage().train_encoder);
    }
    std::vector<at::Tensor> student = {
        decoder_->forward(train_latent(latent), stage().train_decoder)};
    for (at::Tensor& output : run_tail(student_, student[0])) student.push_back(std::move(output));
    const at::Tensor loss = loss_of(batch, teaching, student);
    StepResult result;
    const auto images = static_cast<double>(batch.inputs.shape().at(0));
    const bool sum = stage().features != 0;
    result.loss = loss.item<double>() / (sum ? images : 1);
    if (!std::isfinite(result.loss)) return result;
    optimiser_->step(torch::autograd::grad({loss}, optimiser_->parameters(), {}, false, false,
                                           /*allow_unused=*/true),
                     learning_rate);
    encoder_->project();
    decoder_->project();
    return result;
  });
}

Evaluation TorchTrainer::evaluate(const TrainingBatch& batch) {
  return translated("validation", [&] {
    const at::NoGradGuard guard;
    const Teaching teaching = teach(examiner_, to_torch(batch.inputs, model_.device()));
    const at::Tensor latent = encoder_->forward(teaching.encoder_input, false);
    const at::Tensor boundary =
        decoder_->forward(from_levels(affine_levels(latent, plan_.bits)), false);
    const at::Tensor truth = teaching.features.back();
    Evaluation result;
    result.images = static_cast<std::size_t>(batch.inputs.shape().at(0));
    result.loss = squared_error(boundary, truth).item<double>();
    const at::Tensor answers = run_tail(examinee_, boundary).back().flatten(1).argmax(1);
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
}

void TorchTrainer::survey(const TrainingBatch& batch) {
  if (!sees_latents(plan_.coding)) return;
  translated("survey", [&] {
    const at::NoGradGuard guard;
    const Teaching teaching = teach(examiner_, to_torch(batch.inputs, model_.device()));
    const AffineLevels levels =
        affine_levels(encoder_->forward(teaching.encoder_input, false), plan_.bits);
    const at::Tensor whole = levels.levels.to(at::kLong).to(at::kCPU);
    const std::int64_t count = std::int64_t{1} << plan_.bits;
    for (std::size_t c = 0; c < level_counts_.size(); ++c) {
      const at::Tensor counts =
          at::bincount(whole.select(1, static_cast<std::int64_t>(c)).flatten(), {}, count);
      level_counts_[c].resize(static_cast<std::size_t>(count), 0);
      for (std::int64_t i = 0; i < count; ++i) {
        level_counts_[c][static_cast<std::size_t>(i)] +=
            static_cast<std::uint64_t>(counts[i].item<std::int64_t>());
      }
    }
  });
}

LatentCoder TorchTrainer::make_coder() const {
  LatentCoder coder;
  coder.coding = plan_.coding;
  coder.bits = plan_.bits;
  if (coder.coding != LatentCoding::kAffineCoded) return coder;
  for (const std::vector<std::uint64_t>& counts : level_counts_) {
    coder.tables.push_back(counted_table(counts));
  }
  return coder;
}

// The tail with the weights it has been given, as an archive whose forward takes the boundary.
Bytes TorchTrainer::tail_archive() const {
  const std::shared_ptr<jit::Graph> graph =
      model_.part({decoder_split_, {}, true}, TorchModel::Weights::kReplaced, tail_weights_);
  if (model_.writes_input(decoder_split_)) {
    jit::Value* input = graph->inputs().at(0);
    jit::WithInsertPoint at_start(*graph->nodes().begin());
    jit::Value* copy = graph->insert(c10::aten::clone, {input});
    input->replaceAllUsesAfterNodeWith(copy->node(), copy);
  }
  jit::Module module(c10::QualifiedName("splitbench.Tail"));
  module.register_attribute("training", c10::BoolType::get(), false);
  graph->insertInput(0, "self")->setType(module.type());
  jit::Function* forward = module._ivalue()->compilation_unit()->create_function(
      c10::QualifiedName(*module.type()->name(), "forward"), graph);
  module.type()->addMethod(forward);
  return archive(module);
}

Bottleneck TorchTrainer::finish() {
  return translated("writing the bottleneck", [&] {
    Bottleneck bottleneck;
    bottleneck.method = plan_.method;
    bottleneck.variant = plan_.variant;
    bottleneck.encoder_split = plan_.encoder_split;
    bottleneck.decoder_split = plan_.decoder_split;
    bottleneck.input = input_;
    bottleneck.latent = latent_;
    bottleneck.output = output_;
    bottleneck.coder = make_coder();
    bottleneck.encoder = {encoder_->save(), parameter_count(plan_.encoder),
                          multiply_accumulates(plan_.encoder, input_.shape)};
    bottleneck.decoder = {decoder_->save(), parameter_count(plan_.decoder),
                          multiply_accumulates(plan_.decoder, latent_.shape)};
    for (const at::Tensor& weight : tail_weights_) {
      bottleneck.tail.parameters += static_cast<std::uint64_t>(weight.numel());
    }
    bottleneck.tail.macs = model_.macs_from(decoder_split_);
    if (tail_trained_) bottleneck.tail.network = tail_archive();
    return bottleneck;
  });
}

}  // namespace splitbench::torch_nn
