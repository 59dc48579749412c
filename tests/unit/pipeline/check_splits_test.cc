// A check is worth something only when it can fail: every way to be wrong is tried.
#include "pipeline/check_splits.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "support/fake_model.h"

namespace splitbench {
namespace {

std::vector<SplitCheck> check(FakeBehaviour behaviour) {
  FakeModel model(behaviour);
  NullSink events;
  return check_splits(model, random_inputs(model.info().input, 2, 1), events);
}

bool off(const SplitCheck& check) {
  return !(check.relative_error <= kMaxRelativeError) || !check.capture_identical;
}

TEST(CheckSplits, ASoundModelPassesAtEverySplit) {
  const auto checks = check({});
  ASSERT_EQ(checks.size(), 4u);
  for (std::size_t s = 0; s < checks.size(); ++s) {
    EXPECT_EQ(checks[s].split, s);
    EXPECT_EQ(checks[s].relative_error, 0);
    EXPECT_TRUE(checks[s].capture_identical);
  }
}

TEST(CheckSplits, AWrongTailIsFoundAtItsSplit) {
  FakeBehaviour behaviour;
  behaviour.wrong_tails = {"fold"};
  const auto checks = check(behaviour);
  EXPECT_GT(checks[2].relative_error, kMaxRelativeError);
  EXPECT_TRUE(checks[2].capture_identical);
  for (const std::size_t sound : {0, 1, 3}) EXPECT_FALSE(off(checks[sound])) << sound;
}

TEST(CheckSplits, AWrongCaptureIsFoundAtItsSplit) {
  FakeBehaviour behaviour;
  behaviour.wrong_captures = {"scale"};
  const auto checks = check(behaviour);
  EXPECT_FALSE(checks[1].capture_identical);
  for (const std::size_t sound : {0, 2, 3}) EXPECT_FALSE(off(checks[sound])) << sound;
}

TEST(CheckSplits, AModelWithMemoryIsFoundEverywhere) {
  FakeBehaviour behaviour;
  behaviour.remembers = true;
  for (const SplitCheck& found : check(behaviour)) EXPECT_TRUE(off(found));
}

TEST(RandomInputs, AreStandardNormalAndFollowTheSeed) {
  const TensorSpec spec{DType::kF32, {1, 100, 100}};
  const auto inputs = random_inputs(spec, 2, 3);
  ASSERT_EQ(inputs.size(), 2u);
  EXPECT_FALSE(bit_identical(inputs[0], inputs[1]));
  EXPECT_TRUE(bit_identical(inputs[0], random_inputs(spec, 1, 3)[0]));
  EXPECT_FALSE(bit_identical(inputs[0], random_inputs(spec, 1, 4)[0]));
  const float* values = inputs[0].as<float>();
  double sum = 0, squares = 0;
  for (std::size_t i = 0; i < spec.elements(); ++i) {
    sum += values[i];
    squares += values[i] * values[i];
  }
  const auto count = static_cast<double>(spec.elements());
  EXPECT_NEAR(sum / count, 0, 0.05);      // five standard errors
  EXPECT_NEAR(squares / count, 1, 0.07);  // five standard errors
}

}  // namespace
}  // namespace splitbench
