#include "pipeline/race_tally.h"

#include <gtest/gtest.h>

namespace splitbench {
namespace {

// One that runs, one that was stopped, one that failed, one that was refused.
std::vector<Racer> racers() {
  return {{true, false, true, 50, 20, 2},
          {false, false, true, 30, 10, 4},
          {false, true, true, 10, 0, 0},
          {false, true, false, 0, 0, 0}};
}

TEST(RaceTally, CountsImagesOfAllCellsAndWhatIsLeftOfThoseThatRun) {
  const Progress progress = race_progress(racers(), 100, 2);
  EXPECT_EQ(progress.done, 90u);
  EXPECT_EQ(progress.total, 140u);
  EXPECT_EQ(progress.detail, "1 cells running, 1 stopped");
  EXPECT_EQ(progress.pace, "10 images/s") << "30 images in 6 s of two threads";
  ASSERT_TRUE(progress.left_s);
  EXPECT_DOUBLE_EQ(*progress.left_s, 2.5) << "50 images of 0.1 s on two threads";
}

TEST(RaceTally, NothingIsKnownBeforeTheFirstMeasurement) {
  const Progress progress = race_progress({Racer()}, 100, 2);
  EXPECT_EQ(progress.total, 100u);
  EXPECT_FALSE(progress.left_s);
  EXPECT_TRUE(progress.pace.empty());
}

TEST(RaceTally, SavingsAreThoseOfCellsThatEntered) {
  EXPECT_EQ(race_savings(racers(), 100),
            "race: 1 of 3 cells saw all 100 images; 90 images through codec and tail in place of "
            "300 (3.33 times fewer)");
}

}  // namespace
}  // namespace splitbench
