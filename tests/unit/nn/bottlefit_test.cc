// BottleFit's plans: the published figures at 224 x 224, and other sizes by the rule.
#include <gtest/gtest.h>

#include "nn/training_method.h"
#include "support/error_message.h"

namespace splitbench {
namespace {

SplitPoint inner(const std::string& id, Shape shape) {
  SplitPoint split;
  split.id = id;
  split.boundary = {{DType::kF32, std::move(shape)}};
  split.block_end = true;
  return split;
}

// As much of a model as a plan looks at.
ModelInfo model_with(Shape input, std::vector<SplitPoint> inner_splits) {
  ModelInfo model;
  model.input = {DType::kF32, input};
  model.splits = std::move(inner_splits);
  SplitPoint first{"server-only", {}, SplitKind::kServerOnly, {model.input}, false, false};
  model.splits.insert(model.splits.begin(), first);
  return model;
}

ModelInfo resnet152() {
  return model_with({1, 3, 224, 224},
                    {inner("layer1", {1, 256, 56, 56}), inner("layer2.0", {1, 512, 28, 28}),
                     inner("layer2", {1, 512, 28, 28}), inner("layer3.0", {1, 1024, 14, 14}),
                     inner("layer3", {1, 1024, 14, 14}), inner("layer4", {1, 2048, 7, 7}),
                     inner("avgpool", {1, 2048, 1, 1})});
}

constexpr std::size_t kLayer2 = 3;

TrainingPlan plan(const std::string& spec, const ModelInfo& model, std::size_t split) {
  return plan_training(parse_spec(spec), model, split);
}

TEST(Bottlefit, HasThePublishedFiguresAt224) {
  const ModelInfo model = resnet152();
  const TrainingPlan three = plan("bottlefit:channels=3", model, kLayer2);
  EXPECT_EQ(parameter_count(three.encoder), 10432U);
  EXPECT_EQ(output_shape(three.encoder, model.input.shape), (Shape{1, 3, 29, 29}));
  EXPECT_NEAR(static_cast<double>(multiply_accumulates(three.encoder, model.input.shape)), 118.7e6,
              0.1e6);
  EXPECT_EQ(output_shape(three.decoder, {1, 3, 29, 29}), (Shape{1, 512, 28, 28}));
  EXPECT_NEAR(static_cast<double>(parameter_count(three.decoder)), 3.16e6, 0.02e6);
  const TrainingPlan twelve = plan("bottlefit:channels=12", model, kLayer2);
  EXPECT_EQ(parameter_count(twelve.encoder), 12736U);
  EXPECT_NEAR(static_cast<double>(multiply_accumulates(twelve.encoder, model.input.shape)), 120.6e6,
              0.1e6);
}

TEST(Bottlefit, Ver3IsHalfAsLargeAgain) {
  const ModelInfo model = resnet152();
  const TrainingPlan ver3 = plan("bottlefit:placement=ver3:channels=9", model, kLayer2);
  EXPECT_EQ(output_shape(ver3.encoder, model.input.shape), (Shape{1, 9, 15, 15}));
  EXPECT_EQ(output_shape(ver3.decoder, {1, 9, 15, 15}), (Shape{1, 512, 28, 28}));
}

TEST(Bottlefit, FitsEverySizeOfMap) {
  for (const std::int64_t side : {28, 32, 96, 224, 227, 299}) {
    for (const std::int64_t part : {1, 2, 4, 8, 16, 32}) {
      if (side / part < 2) continue;
      for (const std::int64_t up : {std::int64_t{0}, part - 1}) {
        const std::int64_t size = (side + up) / part, columns = (side + 5 + up) / part;
        const ModelInfo model =
            model_with({1, 1, side, side + 5}, {inner("block", {1, 24, size, columns})});
        for (const char* placement : {"ver2", "ver3"}) {
          const TrainingPlan fitted =
              plan("bottlefit:placement=" + std::string(placement), model, 1);
          const Shape latent = output_shape(fitted.encoder, model.input.shape);
          EXPECT_EQ(output_shape(fitted.decoder, latent), (Shape{1, 24, size, columns}));
          const bool ver3 = std::string(placement) == "ver3";
          EXPECT_LE(latent[2], ver3 ? size / 2 + 2 : size + 2) << side << " " << size;
        }
      }
    }
  }
}

TEST(Bottlefit, ComparesFeaturesOfTheLaterStages) {
  const TrainingPlan two_stages = plan("bottlefit", resnet152(), kLayer2);
  ASSERT_EQ(two_stages.stages.size(), 2U);
  EXPECT_EQ(two_stages.stages[0].feature_splits,
            (std::vector<std::string>{"layer2", "layer3", "layer4"}));
  EXPECT_FALSE(two_stages.stages[0].train_tail);
  const TrainingPlan head_only = plan("bottlefit:variant=hnd", resnet152(), kLayer2);
  EXPECT_EQ(head_only.stages.at(0).feature_splits, (std::vector<std::string>{"layer2"}));
}

TEST(Bottlefit, VariantsDifferAsPublished) {
  const auto last = [](const std::string& variant) {
    return plan("bottlefit:variant=" + variant, resnet152(), kLayer2).stages.back();
  };
  EXPECT_FALSE(last("ghnd-kd-fe").train_encoder);
  EXPECT_TRUE(last("ghnd-kd").train_encoder);
  EXPECT_EQ(last("ghnd-kd").distillation, 0.5);
  EXPECT_EQ(last("ghnd-ft").distillation, 0);
  EXPECT_EQ(last("ghnd-ft").cross_entropy, 1);
  EXPECT_EQ(last("vanilla").epochs, 20);
  EXPECT_FALSE(needs_labels(last("ghnd")));
  EXPECT_FALSE(needs_labels(last("autoencoder")));
}

TEST(Bottlefit, TheAutoencoderKeepsTheHead) {
  const TrainingPlan coder = plan("bottlefit:variant=autoencoder", resnet152(), kLayer2);
  EXPECT_EQ(coder.encoder_split, "layer2");
  EXPECT_EQ(output_shape(coder.encoder, {1, 512, 28, 28}), (Shape{1, 3, 24, 24}));
  EXPECT_EQ(output_shape(coder.decoder, {1, 3, 24, 24}), (Shape{1, 512, 28, 28}));
  EXPECT_EQ(coder.encoder.front().out, 128);
}

TEST(Bottlefit, RefusesSplitsWithoutFeatureMaps) {
  ModelInfo model =
      model_with({1, 3, 32, 32}, {inner("conv", {1, 8, 16, 16}), inner("flatten", {1, 512})});
  const auto message = [&](std::size_t split) {
    return bad_input_message([&] { plan("bottlefit", model, split); });
  };
  EXPECT_NE(message(2).find("1x512"), std::string::npos);
  EXPECT_NE(message(2).find("such as conv"), std::string::npos);
  EXPECT_NE(message(0).find("the network's input"), std::string::npos);
  model.splits[1].boundary.push_back(model.splits[1].boundary[0]);
  EXPECT_NE(message(1).find("2 tensors"), std::string::npos);
  EXPECT_NE(bad_input_message([&] { plan("bottelfit", model, 1); }).find("bottlefit"),
            std::string::npos);
}

}  // namespace
}  // namespace splitbench
