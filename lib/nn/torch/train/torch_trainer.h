// Trains a bottleneck for a network with LibTorch's autograd.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/training.h"
#include "nn/torch/torch_model.h"
#include "nn/torch/train/factorised_prior.h"
#include "nn/torch/train/network_module.h"
#include "nn/torch/train/network_piece.h"
#include "nn/torch/train/optimiser.h"
#include "nn/torch/train/teacher.h"

namespace splitbench::torch_nn {

class TorchTrainer : public Trainer {
 public:
  // `model` must outlive the trainer.
  TorchTrainer(const TorchModel& model, const TrainingPlan& plan, std::uint64_t seed,
               std::shared_ptr<Teachers> teachers);
  ~TorchTrainer() override;

  const TensorSpec& latent() const override { return latent_; }
  void begin_stage(std::size_t stage) override;
  StepResult step(const TrainingBatch& batch, double learning_rate, std::uint64_t seed) override;
  Evaluation evaluate(const TrainingBatch& batch) override;
  bool finite() const override;
  void keep_best() override;
  void return_to_best() override;
  Bytes state() const override;
  void restore(std::size_t stage, ByteView state) override;
  void look_at(const TrainingBatch& batch) override;
  Tensor encode(const TrainingBatch& batch) override;
  std::vector<LatentDensity> densities() const override;
  Bottleneck outline() const override;
  Bottleneck finish() override;

 private:
  const TrainingStage& stage() const { return plan_.stages.at(stage_index_); }
  TorchModel::PartRequest head_request() const { return {encoder_split_, {decoder_split_}, false}; }
  TorchModel::PartRequest tail_request() const { return {decoder_split_, {}, true}; }
  // Whether the head of the student is one of its own that may differ from the network's by now.
  bool runs_head() const;
  Lesson lesson_of(const std::vector<std::size_t>& splits, bool scores) const;
  void make_student();
  // What crosses the encoder's split.
  const at::Tensor& encoder_input(const Teaching& teaching) const;
  // What plan_.encoder takes: that, or what the student's own head makes of it.
  at::Tensor encoded_features(const Teaching& teaching) const;
  // Draws the condition of the channel and sets it; and what the latent becomes.
  double draw_noise(at::Generator& generator);
  at::Tensor train_latent(const at::Tensor& latent, double noise, at::Generator& generator) const;
  at::Tensor quantised(const at::Tensor& latent) const;
  std::vector<at::Tensor> run_student(const Teaching& teaching, at::Generator& generator,
                                      at::Tensor& bits);
  at::Tensor saliency(const at::Tensor& boundary) const;
  void choose_channels();
  at::Tensor loss_of(const TrainingBatch& batch, const Teaching& teaching,
                     const std::vector<at::Tensor>& student, const at::Tensor& bits) const;
  std::vector<at::Tensor> weights() const;  // parameters and buffers of all parts
  std::vector<at::Tensor> trained() const;  // what the current stage moves
  Bytes encoder_archive() const;

  const TorchModel& model_;
  TrainingPlan plan_;
  std::size_t encoder_split_, decoder_split_;
  std::shared_ptr<Teachers> teachers_;
  TensorSpec input_, latent_, output_;
  std::unique_ptr<NetworkModule> encoder_, decoder_;
  std::unique_ptr<NetworkModule> attention_layer_;  // the encoder's first, its weights shared
  std::unique_ptr<FactorisedPrior> prior_;          // where the latent is coded by one
  mutable at::Tensor medians_;  // of the prior as it is; undefined when it moved
  std::vector<at::Tensor> head_weights_, tail_weights_;  // the student's own
  bool tail_trained_ = false;                            // by any stage
  NetworkPiece head_;                                    // where the plan owns one
  std::size_t stage_index_ = 0;
  std::vector<std::size_t> feature_splits_;  // of the stage
  NetworkPiece student_;                     // the tail as the stage needs it
  NetworkPiece examinee_;                    // the tail of validation: the scores
  std::unique_ptr<ParameterOptimiser> optimiser_;
  std::vector<at::Tensor> best_;  // copies of weights(); empty before keep_best()
  NetworkPiece frozen_tail_;
  at::Tensor attention_;  // sums of look_at(), by channel: scores, then energies
};

}  // namespace splitbench::torch_nn
