#include "core/race_claim.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numeric>

namespace splitbench {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// Two fair batches of 10 images (2 of them missed), then 20 missed images in two batches, then 160
// solved ones in four.
RaceOrder order_of_200() {
  RaceOrder order;
  const auto add = [&](std::size_t missed, std::size_t solved) {
    order.solved.insert(order.solved.end(), missed, 0);
    order.solved.insert(order.solved.end(), solved, 1);
    order.ends.push_back(order.solved.size());
  };
  add(2, 8);
  add(2, 8);
  for (int i = 0; i < 2; ++i) add(10, 0);
  for (int i = 0; i < 4; ++i) add(0, 40);
  order.fair = 2;
  return order;
}

// Right where the model is.
RaceResults as_the_model(const RaceOrder& order, double bytes) {
  return {order.solved, std::vector<double>(order.images(), bytes)};
}

RaceResults first_of(const RaceResults& all, const RaceOrder& order, std::size_t batches) {
  const auto count = static_cast<std::ptrdiff_t>(order.ends[batches - 1]);
  return {{all.correct.begin(), all.correct.begin() + count},
          {all.payload_bytes.begin(), all.payload_bytes.begin() + count}};
}

class RaceClaimTest : public testing::Test {
 protected:
  // The claim after so many batches.
  RaceClaim seen(std::size_t batches, double margin) const {
    RaceClaim claim(order, challenger, margin);
    claim.observe(first_of(other, order, batches), batches);
    return claim;
  }

  RaceOrder order = order_of_200();
  RaceResults challenger = as_the_model(order, 10), other = as_the_model(order, 20);
};

TEST_F(RaceClaimTest, IsCertainWhenTheRestCannotRefuteIt) {
  // The challenger is wrong on two solved images: the other can gain two, of the four allowed.
  challenger.correct[150] = challenger.correct[199] = 0;
  EXPECT_LT(seen(3, 0.02).accuracy_evidence(), kInfinity);
  EXPECT_EQ(seen(4, 0.02).accuracy_evidence(), kInfinity);
  EXPECT_LT(seen(4, 0.009).accuracy_evidence(), kInfinity) << "one image is allowed";
  // Two missed images that it gains use up what is allowed, three are too many.
  other.correct[20] = other.correct[21] = 1;
  EXPECT_EQ(seen(4, 0.02).accuracy_evidence(), kInfinity);
  other.correct[22] = 1;
  EXPECT_LT(seen(4, 0.02).accuracy_evidence(), kInfinity);
}

TEST_F(RaceClaimTest, GathersEvidenceAmongTheMissedImages) {
  EXPECT_EQ(seen(2, 0.05).accuracy_evidence(), 0) << "fair batches are not bet on";
  EXPECT_GT(seen(3, 0.05).accuracy_evidence(), 0);
  const double none = seen(3, 0.05).accuracy_evidence();
  other.correct[20] = other.correct[21] = other.correct[22] = 1;
  EXPECT_LT(seen(3, 0.05).accuracy_evidence(), none);
}

TEST_F(RaceClaimTest, GathersEvidenceAmongTheSolvedImages) {
  // Wrong on 30 of the solved ones, as the other is: they are equal, but that takes seeing.
  for (std::size_t i = 45; i < 195; i += 5) challenger.correct[i] = other.correct[i] = 0;
  EXPECT_EQ(seen(4, 0.05).accuracy_evidence(), 0);
  EXPECT_GT(seen(6, 0.05).accuracy_evidence(), 0);
}

TEST_F(RaceClaimTest, KnowsWhichCostsLess) {
  EXPECT_EQ(seen(1, 0).payload_evidence(), 0);
  EXPECT_EQ(seen(2, 0).payload_evidence(), kInfinity) << "the same for all images";
  other.payload_bytes.assign(order.images(), 9);
  EXPECT_EQ(seen(8, 0).payload_evidence(), 0);
}

TEST_F(RaceClaimTest, ComparesBytesAmongTheSolvedImagesToo) {
  // Dearer among solved images alone: the fair batches leave it open, and the missed ones say
  // nothing of the others.
  for (std::size_t i = 0; i < order.images(); ++i) {
    other.payload_bytes[i] = (order.solved[i] != 0 ? 12 : 4) + static_cast<double>(i % 3);
  }
  const double fair = seen(2, 0).payload_evidence();
  EXPECT_EQ(seen(4, 0).payload_evidence(), fair);
  EXPECT_GT(seen(7, 0).payload_evidence(), fair);
}

TEST_F(RaceClaimTest, ExpectsTheGainOfWhatWasSeen) {
  // Right on 2 of 4 missed images, of 24; wrong on 1 of 16 solved ones, of 176, and the challenger
  // on 3.
  other.correct[0] = other.correct[10] = 1;
  other.correct[5] = 0;
  challenger.correct[100] = challenger.correct[101] = challenger.correct[102] = 0;
  EXPECT_DOUBLE_EQ(seen(2, 0).expected_gain(), 12 + (3 - 1) - 160.0 / 17);
  // At the end nothing is expected any more.
  EXPECT_DOUBLE_EQ(seen(8, 0).expected_gain(), 2 + 3 - 1);
}

TEST_F(RaceClaimTest, DoesNotMindHowOftenItLooks) {
  other.correct[25] = 1;
  other.correct[60] = 0;
  RaceClaim claim(order, challenger, 0.03);
  for (std::size_t batches = 1; batches <= 6; ++batches) {
    claim.observe(first_of(other, order, batches), batches);
  }
  EXPECT_EQ(claim.accuracy_evidence(), seen(6, 0.03).accuracy_evidence());
  EXPECT_EQ(claim.payload_evidence(), seen(6, 0.03).payload_evidence());
}

}  // namespace
}  // namespace splitbench
