#include "core/race_batches.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "base/rng.h"

namespace splitbench {
namespace {

std::vector<int> random_strata(std::size_t images, std::uint64_t count) {
  Rng rng(1);
  std::vector<int> strata;
  for (std::size_t i = 0; i < images; ++i) strata.push_back(static_cast<int>(rng.below(count)));
  return strata;
}

TEST(RaceBatches, HoldEveryImageOnce) {
  for (const std::size_t images : {1u, 2u, 31u, 32u, 63u, 64u, 500u, 1237u}) {
    std::vector<std::size_t> all;
    for (const auto& batch : race_batches(random_strata(images, 7), 3)) {
      EXPECT_FALSE(batch.empty());
      all.insert(all.end(), batch.begin(), batch.end());
    }
    std::sort(all.begin(), all.end());
    ASSERT_EQ(all.size(), images);
    for (std::size_t i = 0; i < images; ++i) EXPECT_EQ(all[i], i);
  }
  EXPECT_TRUE(race_batches({}, 3).empty());
}

TEST(RaceBatches, Grow) {
  std::size_t seen = 0;
  const auto batches = race_batches(random_strata(10000, 20), 3);
  EXPECT_NEAR(static_cast<double>(batches.front().size()), 32, 2);
  for (const auto& batch : batches) {
    const double share = static_cast<double>(batch.size()) / static_cast<double>(seen);
    if (seen > 400) {
      EXPECT_LE(share, 0.17);
      EXPECT_TRUE(share > 0.1 || batch == batches.back());
    }
    seen += batch.size();
  }
}

TEST(RaceBatches, HoldEveryStratumInProportion) {
  const std::vector<int> strata = random_strata(10000, 5);
  std::vector<double> seen(5), all(5);
  for (const int stratum : strata) ++all[static_cast<std::size_t>(stratum)];
  double images = 0;
  for (const auto& batch : race_batches(strata, 3)) {
    for (const std::size_t image : batch) ++seen[static_cast<std::size_t>(strata[image])];
    images += static_cast<double>(batch.size());
    // Blocks that two strata share are the only place for chance.
    for (std::size_t s = 0; s < 5; ++s) {
      EXPECT_NEAR(seen[s], images * all[s] / 10000, 2 + 0.02 * images);
    }
  }
}

TEST(RaceBatches, TakeEveryImageEquallyOften) {
  const std::vector<int> strata = random_strata(70, 3);
  std::vector<int> first(70);
  const int runs = 4000;
  for (int seed = 0; seed < runs; ++seed) {
    const auto batches = race_batches(strata, static_cast<std::uint64_t>(seed));
    for (const std::size_t image : batches[0]) ++first[image];
  }
  for (const int count : first) EXPECT_NEAR(count, runs / 2, 4 * std::sqrt(runs / 4.0));
}

TEST(RaceBatches, DependOnTheSeedAlone) {
  const std::vector<int> strata = random_strata(200, 3);
  EXPECT_EQ(race_batches(strata, 5), race_batches(strata, 5));
  EXPECT_NE(race_batches(strata, 5), race_batches(strata, 6));
}

}  // namespace
}  // namespace splitbench
