// A small network to train bottlenecks for, and what a bottleneck's parts compute.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <fstream>
#include <memory>
#include <string>
#include <utility>

#include "core/training.h"
#include "support/model_fixtures.h"
#include "support/temporary_folder.h"

namespace splitbench {

constexpr std::int64_t kBatch = 6;

inline TrainingBatch batch_of(const Model& model, std::uint64_t seed, bool labels = true) {
  TrainingBatch batch;
  batch.inputs = random_tensor(with_batch(model.info().input, kBatch), seed);
  for (std::int64_t i = 0; labels && i < kBatch; ++i) {
    batch.labels.push_back(static_cast<int>((static_cast<std::int64_t>(seed) + i) % 10));
  }
  return batch;
}

inline Tensor run_archive(const Bytes& archive, const Tensor& input) {
  const TemporaryFolder folder;
  const std::string path = folder.path("part.pt");
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(archive.data()),
             static_cast<std::streamsize>(archive.size()));
  ModelOptions options;
  options.path = path;
  options.input_shape = input.shape();
  options.input_shape->front() = 1;
  return torch_backend().load(options)->reference(input);
}

class Training : public ::testing::Test {
 protected:
  void SetUp() override {
    SPLITBENCH_SKIP_WITHOUT_TORCH();
    model_ = load_fixture("tiny_residual.scripted.pt");
    model_->use_threads(1);
    for (const SplitPoint& split : model_->info().splits) {
      if (split.block_end && split.boundary[0].shape.size() == 4 &&
          split.boundary[0].shape[2] > 1) {
        split_ = split;
        break;
      }
    }
    ASSERT_EQ(split_.boundary.size(), 1U);
  }

  // A convolution each way: no batch norm, so that training and use compute the same.
  TrainingPlan small_plan() const {
    const Shape& input = model_->info().input.shape;
    const Shape& boundary = split_.boundary[0].shape;
    const std::int64_t kernel = input[2] / boundary[2] + 2;
    TrainingPlan plan;
    plan.method = "test";
    plan.variant = "small";
    plan.encoder_split = "server-only";
    plan.decoder_split = split_.id;
    plan.encoder = {convolution(input[1], 2, kernel, input[2] / boundary[2], 1, true)};
    plan.decoder = {convolution(2, boundary[1], 3, 1, 1, true)};
    plan.stages.emplace_back();
    TrainingStage& stage = plan.stages[0];
    stage.name = "test";
    stage.optimiser = Optimiser::kSgd;
    stage.momentum = 0;
    return plan;
  }

  double loss_of(const TrainingPlan& plan, const TrainingBatch& batch) {
    return model_->trainer(plan, 7)->step(batch, 0, 1).loss;
  }

  // Decoder's output and scores of the untrained student, by the archives.
  std::pair<Tensor, Tensor> student(const TrainingPlan& plan, const TrainingBatch& batch) {
    const Bottleneck bottleneck = model_->trainer(plan, 7)->finish();
    const Tensor latent = run_archive(bottleneck.encoder.network, batch.inputs);
    const Tensor boundary = run_archive(bottleneck.decoder.network, latent);
    const std::size_t split = split_index(*model_, plan.decoder_split);
    return {boundary, model_->tail(split)->run({boundary}).at(0)};
  }

  std::unique_ptr<Model> model_;
  SplitPoint split_;
};

}  // namespace splitbench
