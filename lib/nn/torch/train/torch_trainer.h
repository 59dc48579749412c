// Trains a bottleneck for a network with LibTorch's autograd.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/training.h"
#include "nn/torch/torch_model.h"
#include "nn/torch/train/network_module.h"
#include "nn/torch/train/optimiser.h"

namespace splitbench::torch_nn {

class TorchTrainer : public Trainer {
 public:
  // `model` must outlive the trainer.
  TorchTrainer(const TorchModel& model, const TrainingPlan& plan, std::uint64_t seed);

  const TensorSpec& latent() const override { return latent_; }
  void begin_stage(std::size_t stage) override;
  StepResult step(const TrainingBatch& batch, double learning_rate, std::uint64_t seed) override;
  Evaluation evaluate(const TrainingBatch& batch) override;
  bool finite() const override;
  void keep_best() override;
  void return_to_best() override;
  Bytes state() const override;
  void restore(std::size_t stage, ByteView state) override;
  void survey(const TrainingBatch& batch) override;
  Bottleneck finish() override;

 private:
  // A piece of the network as the current stage needs it.
  struct Part {
    std::unique_ptr<Program> program;
    std::size_t features = 0;  // outputs in front of the scores
    bool scores = false;
  };
  // What the frozen network says of a batch.
  struct Teaching {
    at::Tensor encoder_input;
    std::vector<at::Tensor> features;
    at::Tensor scores;
  };

  const TrainingStage& stage() const { return plan_.stages.at(stage_index_); }
  Part make_part(std::size_t from, std::vector<std::size_t> outputs, bool scores,
                 TorchModel::Weights weights) const;
  void make_teacher();
  void make_student();
  Teaching teach(const Part& teacher, const at::Tensor& input) const;
  at::Tensor train_latent(const at::Tensor& latent) const;
  std::vector<at::Tensor> run_tail(const Part& tail, const at::Tensor& boundary) const;
  at::Tensor loss_of(const TrainingBatch& batch, const Teaching& teaching,
                     const std::vector<at::Tensor>& student) const;
  at::Tensor encode(const TrainingBatch& batch, const Part& teacher, Teaching& teaching);
  std::vector<at::Tensor> weights() const;  // parameters and buffers of all parts
  std::vector<at::Tensor> trained() const;  // what the current stage moves
  Bytes tail_archive() const;
  LatentCoder make_coder() const;

  const TorchModel& model_;
  TrainingPlan plan_;
  std::size_t encoder_split_, decoder_split_;
  TensorSpec input_, latent_, output_;
  std::unique_ptr<NetworkModule> encoder_, decoder_;
  std::vector<at::Tensor> tail_weights_;
  bool tail_trained_ = false;  // by any stage
  std::size_t stage_index_ = 0;
  Part teacher_, student_;    // of the stage
  Part examiner_, examinee_;  // of validation: boundary and scores
  std::unique_ptr<ParameterOptimiser> optimiser_;
  std::vector<at::Tensor> best_;  // copies of weights(); empty before keep_best()
  std::vector<std::vector<std::uint64_t>> level_counts_;  // by channel, of survey()
};

}  // namespace splitbench::torch_nn
