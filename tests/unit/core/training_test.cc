// Schedules of training.
#include "core/training.h"

#include <gtest/gtest.h>

#include "support/error_message.h"

namespace splitbench {
namespace {

std::vector<TrainingStage> stages_of(std::initializer_list<int> epochs) {
  std::vector<TrainingStage> stages;
  for (const int count : epochs) {
    stages.emplace_back();
    stages.back().epochs = count;
  }
  return stages;
}

std::vector<int> shared(int total, std::initializer_list<int> published) {
  std::vector<TrainingStage> stages = stages_of(published);
  share_epochs(total, stages);
  std::vector<int> epochs;
  for (const TrainingStage& stage : stages) epochs.push_back(stage.epochs);
  return epochs;
}

TEST(TrainingEpochs, KeepThePublishedProportions) {
  EXPECT_EQ(shared(20, {10, 10}), (std::vector<int>{10, 10}));
  EXPECT_EQ(shared(5, {10, 10}), (std::vector<int>{3, 2}));
  EXPECT_EQ(shared(2, {100, 1}), (std::vector<int>{1, 1}));
  EXPECT_EQ(shared(60, {10, 20, 30}), (std::vector<int>{10, 20, 30}));
  EXPECT_NE(bad_input_message([] { shared(1, {10, 10}); }).find("2 stages"), std::string::npos);
}

TEST(LearningRate, FallsAtTheDrops) {
  TrainingStage stage;
  stage.learning_rate = 0.1;
  stage.drops = {0.25, 0.5};
  EXPECT_DOUBLE_EQ(learning_rate_at(stage, 0), 0.1);
  EXPECT_DOUBLE_EQ(learning_rate_at(stage, 0.24), 0.1);
  EXPECT_DOUBLE_EQ(learning_rate_at(stage, 0.25), 0.01);
  EXPECT_DOUBLE_EQ(learning_rate_at(stage, 0.9), 0.001);
}

}  // namespace
}  // namespace splitbench
