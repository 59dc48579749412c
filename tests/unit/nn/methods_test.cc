// The published figures of the methods at 224 x 224, and that each fits other sizes.
#include <gtest/gtest.h>

#include "nn/training_method.h"
#include "support/error_message.h"

namespace splitbench {
namespace {

ModelInfo model_with(Shape input, Shape boundary) {
  ModelInfo model;
  model.input = {DType::kF32, std::move(input)};
  model.splits = {
      {"server-only", {}, SplitKind::kServerOnly, {model.input}, false, false},
      {"cut", {}, SplitKind::kInner, {{DType::kF32, std::move(boundary)}}, true, false}};
  return model;
}

TrainingPlan plan(const std::string& spec, const ModelInfo& model) {
  return plan_training(parse_spec(spec), model, 1);
}

TEST(EntropicStudent, HasThePublishedFiguresAt224) {
  const ModelInfo model = model_with({1, 3, 224, 224}, {1, 256, 56, 56});
  const TrainingPlan student = plan("entropic-student", model);
  EXPECT_EQ(parameter_count(student.encoder), 138672U);
  const Shape latent = output_shape(student.encoder, model.input.shape);
  EXPECT_EQ(latent, (Shape{1, 24, 55, 55}));
  EXPECT_EQ(output_shape(student.decoder, latent), (Shape{1, 256, 56, 56}));
  EXPECT_EQ(student.decoder.front().out, 512);
  EXPECT_EQ(student.stages.front().rate, 0.32);
  EXPECT_FALSE(student.stages.back().train_encoder);
}

TEST(FrankenSplit, HasThePublishedFiguresAt224) {
  const ModelInfo model = model_with({1, 3, 224, 224}, {1, 384, 14, 14});
  for (const char* encoder : {"published", "intended"}) {
    const TrainingPlan split = plan("frankensplit:encoder=" + std::string(encoder), model);
    EXPECT_EQ(parameter_count(split.encoder), 141696U);
    const Shape latent = output_shape(split.encoder, model.input.shape);
    EXPECT_EQ(latent, (Shape{1, 48, 28, 28}));
    EXPECT_EQ(output_shape(split.decoder, latent), (Shape{1, 384, 14, 14}));
  }
}

TEST(FrankenSplit, RefusesMapsThatAreNoHalvings) {
  const ModelInfo model = model_with({1, 3, 224, 224}, {1, 384, 15, 15});
  EXPECT_NE(bad_input_message([&] { plan("frankensplit", model); }).find("halved"),
            std::string::npos);
}

// ResNet-50 on CIFAR-100 after its last block: 2048 channels to 32, as in the authors' runs.
TEST(BottleNetPlusPlus, HasThePublishedFigures) {
  const ModelInfo model = model_with({1, 3, 32, 32}, {1, 2048, 4, 4});
  const TrainingPlan kept = plan("bottlenetpp", model);
  EXPECT_EQ(output_shape(kept.encoder, {1, 2048, 4, 4}), (Shape{1, 32, 4, 4}));
  EXPECT_EQ(multiply_accumulates(kept.encoder, {1, 2048, 4, 4}), 9U * 2049 * 32 * 16);
  const TrainingPlan halved = plan("bottlenetpp:spatial=halved", model);
  EXPECT_EQ(output_shape(halved.encoder, {1, 2048, 4, 4}), (Shape{1, 32, 2, 2}));
  EXPECT_EQ(output_shape(halved.decoder, {1, 32, 2, 2}), (Shape{1, 2048, 4, 4}));
}

TEST(Aecnn, KeepsOneChannelOf64) {
  const ModelInfo model = model_with({1, 3, 32, 32}, {1, 2048, 4, 4});
  const TrainingPlan plain = plan("aecnn", model);
  EXPECT_EQ(output_shape(plain.encoder, {1, 2048, 4, 4}), (Shape{1, 32, 4, 4}));
  EXPECT_EQ(plain.coding, LatentCoding::kAffineCoded);
  EXPECT_TRUE(plain.stages.at(0).attention_only);
  EXPECT_TRUE(plain.stages.at(2).chooses_channels);
}

TEST(Aecnn, TrainsTheHeadUnlessItIsFrozen) {
  const ModelInfo model = model_with({1, 3, 32, 32}, {1, 2048, 4, 4});
  const TrainingPlan trained = plan("aecnn", model), frozen = plan("aecnn:head=frozen", model);
  EXPECT_TRUE(trained.owns_head);
  EXPECT_EQ(trained.encoder_split, "server-only");
  EXPECT_FALSE(frozen.owns_head);
  EXPECT_EQ(frozen.encoder_split, "cut");
  for (const std::size_t stage : {std::size_t{1}, std::size_t{3}}) {
    EXPECT_TRUE(trained.stages.at(stage).train_head);
    EXPECT_FALSE(frozen.stages.at(stage).train_head);
  }
}

TEST(Methods, FitTheMapsOfSmallNetworks) {
  for (const Shape& boundary :
       {Shape{1, 32, 28, 28}, Shape{1, 64, 14, 14}, Shape{1, 96, 7, 7}, Shape{1, 192, 4, 4}}) {
    const ModelInfo model = model_with({1, 1, 28, 28}, boundary);
    for (const TrainingMethod& method : training_methods()) {
      const TrainingPlan fitted = plan(method.name, model);
      const bool takes_input = fitted.encoder_split == "server-only" && !fitted.owns_head;
      const Shape input = takes_input ? model.input.shape : boundary;
      const Shape latent = output_shape(fitted.encoder, input);
      EXPECT_EQ(output_shape(fitted.decoder, latent), boundary) << method.name;
    }
  }
}

}  // namespace
}  // namespace splitbench
