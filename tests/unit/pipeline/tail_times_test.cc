#include "pipeline/tail_times.h"

#include <gtest/gtest.h>

#include "support/fake_model.h"

namespace splitbench {
namespace {

constexpr std::size_t kServerOnly = 0, kScale = 1, kFold = 2, kDeviceOnly = 3;

TailTimes times(const FakeBehaviour& behaviour, std::size_t batch) {
  FakeModel model(behaviour, std::make_shared<FakeUse>());
  const Tensor input = *FakeDataset(1, true).load(0).tensor;
  const std::vector<std::size_t> splits{kServerOnly, kScale, kFold, kDeviceOnly};
  const std::vector<Boundary> boundaries = model.capture(input, splits);
  return time_tails(
      model, splits, [&](std::size_t split) { return boundaries.at(split); }, batch);
}

// The fake's stages take 1, 2 and 3 ms, whatever the batch.
TEST(TailTimes, AreThoseOfAnImageInABatchAndAlone) {
  const TailTimes tails = times({}, 4);
  EXPECT_EQ(tails.at(kServerOnly).in_batch_s, 0.0015);
  EXPECT_EQ(tails.at(kServerOnly).alone_s, 0.006);
  EXPECT_EQ(tails.at(kScale).alone_s, 0.005);
  EXPECT_EQ(tails.at(kFold).alone_s, 0.003);
  EXPECT_EQ(tails.at(kDeviceOnly).alone_s, 0);
}

TEST(TailTimes, ANetworkOfOneImageIsGivenOne) {
  FakeBehaviour behaviour;
  behaviour.any_batch = false;
  EXPECT_EQ(times(behaviour, 8).at(kFold).in_batch_s, 0.003);
}

TEST(TailTimes, ATailThatFailsCountsForNothing) {
  FakeBehaviour behaviour;
  behaviour.tail_throws = true;
  EXPECT_EQ(times(behaviour, 1).at(kScale).alone_s, 0);
}

}  // namespace
}  // namespace splitbench
