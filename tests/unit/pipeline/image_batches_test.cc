#include "pipeline/image_batches.h"

#include <gtest/gtest.h>

namespace splitbench {
namespace {

TEST(ImageBatches, FollowOneAnother) {
  EXPECT_EQ(consecutive_batches(5, 2), (ImageBatches{{0, 1}, {2, 3}, {4}}));
  EXPECT_EQ(consecutive_batches(2, 8), (ImageBatches{{0, 1}}));
  EXPECT_TRUE(consecutive_batches(0, 8).empty());
}

TEST(ImageBatches, AreEvenAndFew) {
  EXPECT_EQ(even_batches({9, 8, 7, 1, 2}, 4), (ImageBatches{{9, 8}, {7, 1, 2}}));
  EXPECT_EQ(even_batches({9, 8, 7, 1}, 4), (ImageBatches{{9, 8, 7, 1}}));
  EXPECT_TRUE(even_batches({}, 4).empty());
}

}  // namespace
}  // namespace splitbench
