// What each method trains, and what it leaves.
#include <gtest/gtest.h>

#include <cmath>

#include "nn/training_method.h"
#include "support/training_fixture.h"

namespace splitbench {
namespace {

using MethodTraining = Training;

// Before it has learnt anything, a channel's distribution is a logistic one with a scale of 10.
TEST_F(MethodTraining, DensitiesBeginAsLogisticOnes) {
  TrainingPlan plan = small_plan();
  plan.coding = LatentCoding::kFactorised;
  plan.stages[0].features = 1;
  plan.stages[0].feature_splits = {plan.decoder_split};
  plan.stages[0].rate = 1;
  plan.stages[0].latent = LatentTraining::kNoise;
  const std::unique_ptr<Trainer> trainer = model_->trainer(plan, 7);
  const std::vector<LatentDensity> densities = trainer->densities();
  ASSERT_EQ(densities.size(), 2U);
  const auto cumulative = [](double x) { return 1 / (1 + std::exp(-x / 10)); };
  for (const LatentDensity& density : densities) {
    double sum = 0;
    for (std::size_t i = 0; i + 1 < density.weights.size(); ++i) {
      const double x = density.first + static_cast<double>(i);
      EXPECT_NEAR(density.weights[i], cumulative(x + 0.5) - cumulative(x - 0.5), 1e-7);
      sum += density.weights[i];
    }
    EXPECT_NEAR(sum + density.weights.back(), 1, 1e-9);
    EXPECT_NEAR(density.weights.back(), 2e-5, 5e-6);
  }

  // The estimate of a batch is what these densities say of its rounded latents.
  const TrainingBatch batch = batch_of(*model_, 11, false);
  const Tensor latents = trainer->encode(batch);
  const std::size_t size = static_cast<std::size_t>(latents.shape()[2] * latents.shape()[3]);
  double bits = 0;
  for (std::size_t i = 0; i < latents.elements(); ++i) {
    const LatentDensity& density = densities[i / size % 2];
    const double level = std::nearbyint(latents.as<float>()[i] - density.median);
    bits -= std::log2(density.weights.at(static_cast<std::size_t>(level - density.first)));
  }
  EXPECT_NEAR(trainer->evaluate(batch).bits, bits, 1e-3 * bits);
}

// Every method trains, in all its stages, and yields networks that fit each other.
TEST_F(MethodTraining, EveryMethodTrains) {
  for (const char* spec :
       {"bottlenetpp", "bottlenetpp:channel=gaussian:spatial=halved", "aecnn:channels=2",
        "aecnn:channels=2:head=frozen", "entropic-student:channels=2",
        "frankensplit:channels=2:units=1",
        "frankensplit:channels=2:loss=plain:decoder=inverted:encoder=intended",
        "bottlefit:variant=autoencoder", "bottlefit:placement=ver3:quantiser=trained"}) {
    SCOPED_TRACE(spec);
    const TrainingPlan plan =
        plan_training(parse_spec(spec), model_->info(), split_index(*model_, split_.id));
    const std::unique_ptr<Trainer> trainer = model_->trainer(plan, 7);
    const TrainingBatch batch = batch_of(*model_, 12);
    for (std::size_t stage = 0; stage < plan.stages.size(); ++stage) {
      if (plan.stages[stage].chooses_channels) trainer->look_at(batch);
      if (stage != 0) trainer->begin_stage(stage);
      const Bytes before = trainer->state();
      EXPECT_TRUE(std::isfinite(trainer->step(batch, 1e-3, 5).loss));
      const Bytes after = trainer->state();
      EXPECT_NE(before, after);
      trainer->restore(stage, before);
      trainer->step(batch, 1e-3, 5);
      EXPECT_EQ(trainer->state(), after);
    }
    EXPECT_TRUE(trainer->finite());
    EXPECT_EQ(trainer->evaluate(batch).images, static_cast<std::size_t>(kBatch));
    const Bottleneck bottleneck = trainer->finish();
    const Tensor input =
        plan.encoder_split == "server-only"
            ? batch.inputs
            : model_->capture(batch.inputs, {split_index(*model_, split_.id)}).at(0).at(0);
    const Tensor latent = run_archive(bottleneck.encoder.network, input);
    EXPECT_LT(relative_difference(trainer->encode(batch), latent), 1e-5);
    EXPECT_EQ(run_archive(bottleneck.decoder.network, latent).shape(),
              with_batch(split_.boundary[0], kBatch).shape);
    EXPECT_EQ(trainer->densities().empty(), plan.coding != LatentCoding::kFactorised);
  }
}

TEST_F(MethodTraining, ChannelsAreChosenByAttention) {
  const std::size_t split = split_index(*model_, split_.id);
  const TrainingPlan plan =
      plan_training(parse_spec("aecnn:channels=3:head=frozen"), model_->info(), split);
  const std::unique_ptr<Trainer> trainer = model_->trainer(plan, 7);
  const TrainingBatch batch = batch_of(*model_, 13);
  for (int i = 0; i < 20; ++i) trainer->step(batch, 0.05, 1);
  trainer->look_at(batch);
  trainer->begin_stage(2);
  // What is sent is the boundary times attention: of three channels of it, each by one factor.
  const Tensor sent = trainer->encode(batch);
  const Tensor boundary = model_->capture(batch.inputs, {split}).at(0).at(0);
  const std::size_t size = static_cast<std::size_t>(sent.shape()[2] * sent.shape()[3]);
  const auto channels = static_cast<std::size_t>(boundary.shape()[1]);
  std::size_t next = 0;
  for (std::size_t k = 0; k < 3; ++k) {
    const float* ours = sent.as<float>() + k * size;
    const auto is_multiple = [&](std::size_t c) {
      const float* theirs = boundary.as<float>() + c * size;
      double cross = 0, squares = 0, error = 0, own = 0;
      for (std::size_t i = 0; i < size; ++i) {
        cross += ours[i] * theirs[i];
        squares += theirs[i] * theirs[i];
        own += ours[i] * ours[i];
      }
      if (squares == 0) return own == 0;
      for (std::size_t i = 0; i < size; ++i) {
        error += std::pow(ours[i] - cross / squares * theirs[i], 2);
      }
      return error <= 1e-6 * own;
    };
    while (next < channels && !is_multiple(next)) ++next;
    ASSERT_LT(next++, channels) << k;
  }
}

}  // namespace
}  // namespace splitbench
