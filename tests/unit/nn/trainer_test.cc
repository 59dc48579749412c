// What a step computes, against arithmetic done here, finite differences, and itself.
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>

#include "nn/training_method.h"
#include "support/error_message.h"
#include "support/training_fixture.h"

namespace splitbench {
namespace {

std::vector<double> log_softmax(const Tensor& scores, std::size_t row) {
  const std::size_t classes = scores.elements() / static_cast<std::size_t>(scores.shape()[0]);
  const float* values = scores.as<float>() + row * classes;
  double sum = 0;
  for (std::size_t k = 0; k < classes; ++k) sum += std::exp(static_cast<double>(values[k]));
  std::vector<double> logs;
  for (std::size_t k = 0; k < classes; ++k) logs.push_back(values[k] - std::log(sum));
  return logs;
}

TEST_F(Training, TheFeatureLossIsTheSumOfSquares) {
  TrainingPlan plan = small_plan();
  plan.stages[0].features = 2;
  plan.stages[0].feature_splits = {plan.decoder_split};
  const TrainingBatch batch = batch_of(*model_, 1, false);
  const Tensor ours = student(plan, batch).first;
  const std::size_t split = split_index(*model_, plan.decoder_split);
  const Tensor theirs = model_->capture(batch.inputs, {split}).at(0).at(0);
  double sum = 0;
  for (std::size_t i = 0; i < ours.elements(); ++i) {
    const double difference = ours.as<float>()[i] - theirs.as<float>()[i];
    sum += difference * difference;
  }
  EXPECT_NEAR(loss_of(plan, batch), 2 * sum / kBatch, 1e-4 * sum);
}

TEST_F(Training, LabelsAndDistillationAreAsDefined) {
  const double temperature = 2;
  TrainingPlan plan = small_plan();
  plan.stages[0].cross_entropy = 0.25;
  plan.stages[0].distillation = 0.75;
  plan.stages[0].temperature = temperature;
  const TrainingBatch batch = batch_of(*model_, 2);
  Tensor ours = student(plan, batch).second.clone();
  Tensor theirs = model_->reference(batch.inputs).clone();
  double expected = 0;
  for (std::size_t i = 0; i < kBatch; ++i) {
    expected -= 0.25 * log_softmax(ours, i)[static_cast<std::size_t>(batch.labels[i])] / kBatch;
  }
  for (Tensor* scores : {&ours, &theirs}) {
    for (std::size_t i = 0; i < scores->elements(); ++i) {
      scores->mutable_as<float>()[i] /= static_cast<float>(temperature);
    }
  }
  for (std::size_t i = 0; i < kBatch; ++i) {
    const std::vector<double> p = log_softmax(theirs, i), q = log_softmax(ours, i);
    for (std::size_t k = 0; k < p.size(); ++k) {
      expected += 0.75 * temperature * temperature * std::exp(p[k]) * (p[k] - q[k]) / kBatch;
    }
  }
  EXPECT_NEAR(loss_of(plan, batch), expected, 1e-4 * std::fabs(expected));
}

// The state is a few bytes, then each tensor's length and its floats; see tensor_state.h.
struct WeightPlace {
  std::size_t offset = 0, count = 0;
};

std::vector<WeightPlace> weight_places(const Bytes& state) {
  ByteReader reader(state, "state");
  reader.varint();
  reader.u8();
  std::vector<WeightPlace> places;
  for (std::uint64_t left = reader.varint(); left > 0; --left) {
    const std::size_t bytes = reader.varint();
    places.push_back({state.size() - reader.remaining(), bytes / sizeof(float)});
    reader.raw(bytes);
  }
  return places;
}

float weight_at(const Bytes& state, std::size_t offset) {
  float value = 0;
  std::memcpy(&value, state.data() + offset, sizeof value);
  return value;
}

void set_weight(Bytes& state, std::size_t offset, float value) {
  std::memcpy(state.data() + offset, &value, sizeof value);
}

// The gradient that a step of SGD shows, against differences of the loss.
void expect_gradients(Model& model, const TrainingPlan& plan, const TrainingBatch& batch,
                      double tolerance) {
  const std::unique_ptr<Trainer> trainer = model.trainer(plan, 7);
  const Bytes before = trainer->state();
  constexpr double kRate = 1e-3;
  trainer->step(batch, kRate, 1);
  const Bytes after = trainer->state();
  const bool sum = plan.stages[0].features != 0;
  double largest = 0;
  std::size_t compared = 0;
  std::vector<std::pair<double, double>> pairs;
  const std::vector<WeightPlace> places = weight_places(before);
  // The encoder's and the decoder's two, then the tail's; the optimiser's come last.
  const std::size_t compared_places =
      plan.stages[0].train_tail ? places.size() / 2 : std::size_t{4};
  for (std::size_t p = 0; p < compared_places; ++p) {
    for (const std::size_t i : {std::size_t{0}, places[p].count / 2}) {
      const std::size_t offset = places[p].offset + i * sizeof(float);
      const float weight = weight_at(before, offset);
      const double gradient = (weight - weight_at(after, offset)) / kRate;
      const auto step = static_cast<float>(std::max(1e-3, 1e-2 * std::fabs(weight)));
      double losses[2] = {0, 0};
      for (const int side : {0, 1}) {
        Bytes moved = before;
        set_weight(moved, offset, weight + (side == 0 ? -step : step));
        trainer->restore(0, moved);
        losses[side] = trainer->step(batch, 0, 1).loss * (sum ? kBatch : 1);
      }
      pairs.emplace_back((losses[1] - losses[0]) / (2.0 * step), gradient);
      largest = std::max(largest, std::fabs(gradient));
      ++compared;
    }
  }
  ASSERT_GT(compared, 4U);
  ASSERT_GT(largest, 0);
  for (const auto& [difference, gradient] : pairs) {
    EXPECT_NEAR(difference, gradient, tolerance * largest);
  }
}

TEST_F(Training, GradientsOfScoresReachTheTailsWeights) {
  TrainingPlan plan = small_plan();
  plan.stages[0].cross_entropy = 0.5;
  plan.stages[0].distillation = 0.5;
  plan.stages[0].train_tail = true;
  expect_gradients(*model_, plan, batch_of(*model_, 3), 0.05);
}

// The student has a head of its own, and the encoder takes what it yields.
TrainingPlan with_own_head(TrainingPlan plan, const SplitPoint& split) {
  plan.owns_head = true;
  plan.encoder = {convolution(split.boundary[0].shape[1], 2, 3, 1, 1, true)};
  return plan;
}

TEST_F(Training, GradientsOfScoresReachTheHeadsWeights) {
  TrainingPlan plan = with_own_head(small_plan(), split_);
  plan.stages[0].cross_entropy = 0.5;
  plan.stages[0].distillation = 0.5;
  plan.stages[0].train_head = true;
  plan.stages[0].train_tail = true;  // so that all weights are looked at
  expect_gradients(*model_, plan, batch_of(*model_, 3), 0.05);
}

// It starts as a copy of the network's head, moves only where a stage trains it, and is counted.
TEST_F(Training, AnOwnHeadBeginsAsTheNetworks) {
  TrainingPlan own = with_own_head(small_plan(), split_);
  own.stages[0].cross_entropy = 1;
  own.stages.push_back(own.stages[0]);
  own.stages[1].train_head = true;
  TrainingPlan shared = own;
  shared.owns_head = false;
  shared.encoder_split = shared.decoder_split;
  shared.stages[1].train_head = false;
  const std::unique_ptr<Trainer> with_own = model_->trainer(own, 7);
  const std::unique_ptr<Trainer> without = model_->trainer(shared, 7);
  const TrainingBatch batch = batch_of(*model_, 5);
  EXPECT_EQ(with_own->step(batch, 0.1, 1).loss, without->step(batch, 0.1, 1).loss);
  for (Trainer* trainer : {with_own.get(), without.get()}) trainer->begin_stage(1);
  EXPECT_LT(relative_difference(with_own->encode(batch), without->encode(batch)), 1e-6);
  EXPECT_EQ(with_own->step(batch, 0.1, 1).loss, without->step(batch, 0.1, 1).loss);
  EXPECT_GT(relative_difference(with_own->encode(batch), without->encode(batch)), 1e-6);

  const std::unique_ptr<Trainer> resumed = model_->trainer(own, 8);
  resumed->restore(1, with_own->state());
  EXPECT_EQ(relative_difference(resumed->encode(batch), with_own->encode(batch)), 0);
  EXPECT_EQ(resumed->step(batch, 0.1, 2).loss, with_own->step(batch, 0.1, 2).loss);
  EXPECT_EQ(resumed->state(), with_own->state());

  const Bottleneck mine = with_own->outline(), theirs = without->outline();
  std::uint64_t macs = 0;
  for (const LayerInfo& layer : model_->info().layers) macs += layer.macs;
  EXPECT_EQ(mine.encoder.macs - theirs.encoder.macs + mine.tail.macs, macs);
  EXPECT_GT(mine.encoder.parameters, theirs.encoder.parameters);
  EXPECT_EQ(theirs.encoder.parameters, parameter_count(shared.encoder));
}

TEST_F(Training, GradientsOfFeaturesRunThroughTheFrozenTail) {
  TrainingPlan plan = small_plan();
  plan.stages[0].features = 1e-3;
  plan.stages[0].feature_splits =
      stage_ends(model_->info(), split_index(*model_, plan.decoder_split));
  ASSERT_GT(plan.stages[0].feature_splits.size(), 1U);
  expect_gradients(*model_, plan, batch_of(*model_, 4, false), 0.05);
}

// Encoder and decoder with GDN, a factorised prior, and nothing but noise that the seed decides.
TEST_F(Training, GradientsReachDensitiesAndDivisiveNormalisation) {
  TrainingPlan plan = small_plan();
  plan.coding = LatentCoding::kFactorised;
  plan.encoder.insert(plan.encoder.begin() + 1, gdn(2));
  plan.decoder.push_back(gdn(split_.boundary[0].shape[1], true));
  TrainingStage& stage = plan.stages[0];
  stage.features = 1e-3;
  stage.feature_splits = {plan.decoder_split};
  stage.rate = 0.1;
  stage.latent = LatentTraining::kNoise;
  stage.train_tail = true;  // so that all weights are looked at
  expect_gradients(*model_, plan, batch_of(*model_, 10, false), 0.05);
}

TEST_F(Training, FrozenPartsStayAsTheyAre) {
  TrainingPlan plan = small_plan();
  plan.stages[0].cross_entropy = 1;
  plan.stages[0].train_encoder = false;
  const std::unique_ptr<Trainer> trainer = model_->trainer(plan, 7);
  const Bytes before = trainer->state();
  trainer->step(batch_of(*model_, 5), 0.1, 1);
  const Bytes after = trainer->state();
  const std::vector<WeightPlace> places = weight_places(before);
  const auto same = [&](const WeightPlace& place) {
    return std::equal(before.begin() + static_cast<std::ptrdiff_t>(place.offset),
                      before.begin() + static_cast<std::ptrdiff_t>(place.offset + 4 * place.count),
                      after.begin() + static_cast<std::ptrdiff_t>(place.offset));
  };
  EXPECT_TRUE(same(places[0]));   // the encoder's weight
  EXPECT_FALSE(same(places[2]));  // the decoder's
  for (std::size_t i = 4; i < places.size() - 2; ++i) EXPECT_TRUE(same(places[i])) << i;
}

TEST_F(Training, BottlefitLearnsResumesAndIsWritten) {
  const std::size_t split = split_index(*model_, split_.id);
  TrainingPlan plan =
      plan_training(parse_spec("bottlefit:variant=ghnd-kd:coding=entropy"), model_->info(), split);
  const TrainingBatch batch = batch_of(*model_, 6);
  const auto train = [&](Trainer& trainer, int from, int to) {
    double loss = 0;
    for (int i = from; i < to; ++i) loss = trainer.step(batch, 1e-3, 1).loss;
    return loss;
  };
  const std::unique_ptr<Trainer> whole = model_->trainer(plan, 7);
  const double first = train(*whole, 0, 1);
  EXPECT_LT(train(*whole, 1, 12), 0.8 * first);
  const std::unique_ptr<Trainer> stopped = model_->trainer(plan, 7);
  train(*stopped, 0, 5);
  stopped->keep_best();
  const std::unique_ptr<Trainer> resumed = model_->trainer(plan, 99);
  resumed->restore(0, stopped->state());
  train(*resumed, 5, 12);
  for (Trainer* trainer : {whole.get(), resumed.get()}) {
    trainer->begin_stage(1);
    train(*trainer, 0, 3);
  }
  EXPECT_EQ(whole->state(), resumed->state());
  EXPECT_TRUE(whole->finite());

  const Bottleneck bottleneck = whole->finish();
  EXPECT_EQ(bottleneck.encoder.parameters, parameter_count(plan.encoder));
  EXPECT_EQ(bottleneck.encoder.network, resumed->finish().encoder.network);
  EXPECT_EQ(bottleneck.coder.coding, LatentCoding::kAffineCoded);
  ASSERT_FALSE(bottleneck.tail.network.empty());
  const Tensor latent = run_archive(bottleneck.encoder.network, batch.inputs);
  EXPECT_EQ(latent.shape(), with_batch(bottleneck.latent, kBatch).shape);
  const Tensor boundary = run_archive(bottleneck.decoder.network, latent);
  const Tensor scores = run_archive(bottleneck.tail.network, boundary);
  const Tensor untuned = model_->tail(split)->run({boundary}).at(0);
  EXPECT_EQ(scores.shape(), untuned.shape());
  EXPECT_GT(relative_difference(untuned, scores), 1e-6);  // the tail has been tuned
}

TEST_F(Training, SaysThatALossIsNotFiniteAndLeavesTheWeights) {
  TrainingPlan plan = small_plan();
  plan.stages[0].cross_entropy = 1;
  const std::unique_ptr<Trainer> trainer = model_->trainer(plan, 7);
  TrainingBatch batch = batch_of(*model_, 8);
  batch.inputs = batch.inputs.clone();
  batch.inputs.mutable_as<float>()[5] = std::numeric_limits<float>::quiet_NaN();
  const Bytes before = trainer->state();
  EXPECT_FALSE(std::isfinite(trainer->step(batch, 0.1, 1).loss));
  EXPECT_EQ(trainer->state(), before);
}

TEST_F(Training, RefusesAStateOfAnotherPlan) {
  TrainingPlan plan = small_plan();
  plan.stages[0].cross_entropy = 1;
  const Bytes state = model_->trainer(plan, 7)->state();
  plan.encoder[0].bias = false;
  const std::unique_ptr<Trainer> other = model_->trainer(plan, 7);
  EXPECT_NE(bad_input_message([&] { other->restore(0, state); }).find("other tensors"),
            std::string::npos);
  EXPECT_NE(bad_input_message([&] { other->restore(0, ByteView(state.data(), state.size() / 2)); }),
            "");
}

TEST_F(Training, CountsWhatIsRight) {
  TrainingPlan plan = small_plan();
  plan.stages[0].cross_entropy = 1;
  const std::unique_ptr<Trainer> trainer = model_->trainer(plan, 7);
  const Evaluation unlabelled = trainer->evaluate(batch_of(*model_, 9, false));
  EXPECT_EQ(unlabelled.images, static_cast<std::size_t>(kBatch));
  EXPECT_EQ(unlabelled.network_right, unlabelled.images);
  const Evaluation labelled = trainer->evaluate(batch_of(*model_, 9));
  EXPECT_LE(labelled.right, labelled.images);
  EXPECT_EQ(labelled.loss, unlabelled.loss);
}

// Two bottlenecks of different places, asked about the same batches by turns.
TEST_F(Training, TrainersOfANetworkShareItsPassesAndLearnTheSame) {
  TrainingPlan features = small_plan(), answers = small_plan();
  features.stages[0].features = 1;
  features.stages[0].feature_splits = {features.decoder_split};
  answers.stages[0].distillation = 1;
  const auto train = [&](const std::vector<TrainingPlan>& plans, bool numbered) {
    std::vector<std::unique_ptr<Trainer>> trainers;
    for (const TrainingPlan& plan : plans) trainers.push_back(model_->trainer(plan, 7));
    std::vector<Bytes> states;
    for (std::uint64_t i = 1; i <= 3; ++i) {
      TrainingBatch batch = batch_of(*model_, i, false);
      batch.number = numbered ? i : 0;
      for (const auto& trainer : trainers) trainer->step(batch, 1e-4, i);
      batch.number = numbered ? 100 + i : 0;
      for (const auto& trainer : trainers) trainer->evaluate(batch);
    }
    for (const auto& trainer : trainers) states.push_back(trainer->state());
    return states;
  };
  const std::vector<Bytes> together = train({features, answers}, true);
  EXPECT_EQ(together, train({features, answers}, false));
  EXPECT_EQ(together[0], train({features}, true)[0]);
  EXPECT_EQ(together[1], train({answers}, true)[0]);
  EXPECT_NE(together[0], together[1]);
}

// The teacher must not take one batch for another, nor serve what it was not asked for.
TEST_F(Training, AnotherNumberIsAnotherBatch) {
  TrainingPlan plan = small_plan();
  plan.stages[0].features = 1;
  plan.stages[0].feature_splits = {plan.decoder_split};
  const auto trainer = model_->trainer(plan, 7);
  TrainingBatch first = batch_of(*model_, 1, false), second = batch_of(*model_, 2, false);
  first.number = 1;
  second.number = 2;
  const double one = trainer->step(first, 0, 1).loss, two = trainer->step(second, 0, 1).loss;
  EXPECT_NE(one, two);
  EXPECT_EQ(trainer->step(first, 0, 1).loss, one);
  // Another trainer comes late and wants the scores of a batch that is known without.
  TrainingPlan answers = small_plan();
  answers.stages[0].distillation = 1;
  const auto late = model_->trainer(answers, 7);
  const double shared = late->step(first, 0, 1).loss;
  first.number = 0;
  EXPECT_EQ(late->step(first, 0, 1).loss, shared);
}

}  // namespace
}  // namespace splitbench
