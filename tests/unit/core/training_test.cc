// Schedules and tables that training needs.
#include "core/training.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "core/latent_tables.h"
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

TEST(LatentTables, AddUpAndNeverReachZero) {
  for (const std::vector<double>& weights :
       {std::vector<double>{1, 1}, std::vector<double>{1e12, 1e-12, 0},
        std::vector<double>(300, 0.1), std::vector<double>{0, 0, 0}}) {
    const std::vector<std::uint16_t> frequencies = table_frequencies(weights);
    EXPECT_EQ(std::accumulate(frequencies.begin(), frequencies.end(), 0), 65536);
    for (const std::uint16_t frequency : frequencies) EXPECT_GE(frequency, 1);
  }
}

TEST(LatentTables, AreProportional) {
  const std::vector<std::uint16_t> frequencies = table_frequencies({1, 2, 5});
  EXPECT_NEAR(frequencies[0], 8192, 2);
  EXPECT_NEAR(frequencies[1], 16384, 2);
  EXPECT_NEAR(frequencies[2], 40960, 2);
}

TEST(LatentTables, CountedOnesBeginAtTheFirstLevelSeen) {
  const LatentTable table = counted_table({0, 0, 3, 0, 1, 0});
  EXPECT_EQ(table.first, 2);
  ASSERT_EQ(table.frequencies.size(), 4U);  // levels 2 to 4, and all others
  EXPECT_GT(table.frequencies[0], table.frequencies[2]);
  EXPECT_EQ(table.frequencies[1], 1);
  EXPECT_EQ(counted_table({0, 0}).frequencies.size(), 2U);
}

}  // namespace
}  // namespace splitbench
