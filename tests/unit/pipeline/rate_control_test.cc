#include "pipeline/rate_control.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace splitbench {
namespace {

const RateAxis kQuality{"quality", 1, 100};

// Loses 1/quality, needs 10 bytes a step of quality.
RateTrial trial(const std::string& value) {
  const double quality = std::stod(value);
  return {10 * quality, 1 / quality};
}

TEST(ChooseRate, FindsTheCoarsestThatLosesLittle) {
  const auto values = rate_values(kQuality, OptionType::kInteger);
  const auto choice = choose_rate(values, {RateGoal::kLoss, 0.05}, trial);
  ASSERT_TRUE(choice);
  EXPECT_EQ(choice->value, "20");
  EXPECT_DOUBLE_EQ(choice->trial.loss, 0.05);
  EXPECT_LE(choice->trials, 7u) << "bisection of 100 values";
}

TEST(ChooseRate, FindsTheFinestThatFits) {
  const auto values = rate_values(kQuality, OptionType::kInteger);
  const auto choice = choose_rate(values, {RateGoal::kBytes, 337}, trial);
  ASSERT_TRUE(choice);
  EXPECT_EQ(choice->value, "33");
}

TEST(ChooseRate, EveryTargetAgreesWithALinearSearch) {
  const auto values = rate_values(kQuality, OptionType::kInteger);
  for (int budget = 0; budget <= 1010; budget += 5) {
    const auto choice = choose_rate(values, {RateGoal::kBytes, static_cast<double>(budget)}, trial);
    const int best = std::min(budget / 10, 100);
    EXPECT_EQ(choice ? choice->value : "none", best == 0 ? "none" : std::to_string(best));
  }
}

TEST(ChooseRate, IsEmptyWhenNothingMeetsTheTarget) {
  const auto values = rate_values(kQuality, OptionType::kInteger);
  EXPECT_FALSE(choose_rate(values, {RateGoal::kLoss, 0.001}, trial));
  EXPECT_FALSE(choose_rate(values, {RateGoal::kBytes, 9}, trial));
}

TEST(RateValues, RunFromCoarsestToFinest) {
  EXPECT_EQ(rate_values({"bits", 1, 4}, OptionType::kInteger),
            (std::vector<std::string>{"1", "2", "3", "4"}));
  EXPECT_EQ(rate_values({"loss", 3, 1}, OptionType::kInteger),
            (std::vector<std::string>{"3", "2", "1"}));
  const auto steps = rate_values({"step", 8, 0.5}, OptionType::kReal);
  EXPECT_EQ(steps.front(), "8");
  EXPECT_EQ(steps.back(), "0.5");
  for (std::size_t i = 1; i < steps.size(); ++i) {
    EXPECT_NEAR(std::stod(steps[i - 1]) / std::stod(steps[i]), 1.05, 0.01);
  }
}

TEST(EstimatedLoss, LiesHalfwayBetweenTheNetworksBeliefAndCertainty) {
  EvaluationSet inputs;
  inputs.baseline = {0, 1};
  inputs.beliefs = {{0.75F, 0.25F}, {0.5F, 0.5F}};
  EXPECT_DOUBLE_EQ(estimated_loss(inputs, {0, 1}), 0);
  EXPECT_DOUBLE_EQ(estimated_loss(inputs, {1, 1}), 0.5 * (0.5 + 1) / 2);
  EXPECT_DOUBLE_EQ(estimated_loss(inputs, {0, 0}), 0.5 * (0 + 1) / 2);
  EXPECT_DOUBLE_EQ(estimated_loss(inputs, {kNoAnswer, 1}), 0.5 * (0.75 + 1) / 2);
}

}  // namespace
}  // namespace splitbench
