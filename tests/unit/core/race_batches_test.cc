#include "core/race_batches.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "base/rng.h"

namespace splitbench {
namespace {

// One in four is missed, and belongs to other strata.
std::vector<RaceImage> random_images(std::size_t count, std::uint64_t strata) {
  Rng rng(1);
  std::vector<RaceImage> images;
  for (std::size_t i = 0; i < count; ++i) {
    const bool solved = rng.below(4) != 0;
    images.push_back({solved, static_cast<int>(rng.below(strata) + (solved ? strata : 0))});
  }
  return images;
}

TEST(RaceBatches, HoldEveryImageOnce) {
  for (const std::size_t images : {1u, 2u, 31u, 32u, 63u, 64u, 500u, 1237u}) {
    std::vector<std::size_t> all;
    for (const auto& batch : race_batches(random_images(images, 7), 3)) {
      EXPECT_FALSE(batch.empty());
      all.insert(all.end(), batch.begin(), batch.end());
    }
    std::sort(all.begin(), all.end());
    ASSERT_EQ(all.size(), images);
    for (std::size_t i = 0; i < images; ++i) EXPECT_EQ(all[i], i);
  }
  EXPECT_TRUE(race_batches({}, 3).empty());
}

TEST(RaceBatches, AreFairThenMissedThenSolved) {
  const std::vector<RaceImage> images = random_images(10000, 10);
  const auto batches = race_batches(images, 3);
  std::vector<std::size_t> parts;
  for (std::size_t b = 0; b < batches.size(); ++b) {
    const auto solved = static_cast<std::size_t>(std::count_if(
        batches[b].begin(), batches[b].end(), [&](std::size_t i) { return images[i].solved; }));
    if (b < kFairRaceBatches) {
      EXPECT_NEAR(static_cast<double>(batches[b].size()), 16, 1);
      EXPECT_NEAR(static_cast<double>(solved), 12, 1.5);
    } else {
      EXPECT_TRUE(solved == 0 || solved == batches[b].size());
      parts.push_back(solved == 0 ? 0 : 1);
    }
  }
  EXPECT_TRUE(std::is_sorted(parts.begin(), parts.end()));
}

TEST(RaceBatches, Grow) {
  const std::vector<RaceImage> images = random_images(10000, 10);
  const auto batches = race_batches(images, 3);
  std::size_t seen = 0;
  bool solved = false;
  for (std::size_t b = kFairRaceBatches; b < batches.size(); ++b) {
    if (images[batches[b].front()].solved != solved) seen = 0;
    solved = images[batches[b].front()].solved;
    const double share = static_cast<double>(batches[b].size()) / static_cast<double>(seen);
    const bool last = b + 1 == batches.size() || images[batches[b + 1].front()].solved != solved;
    if (seen > 400) {
      EXPECT_LE(share, 0.17);
      EXPECT_TRUE(share > 0.1 || last);
    }
    seen += batches[b].size();
  }
}

TEST(RaceBatches, HoldEveryStratumInProportion) {
  constexpr std::size_t kStrata = 5;
  const std::vector<RaceImage> images = random_images(10000, kStrata);
  std::vector<double> seen(2 * kStrata), all(2 * kStrata);
  double of_part[2] = {0, 0}, seen_of_part[2] = {0, 0};
  for (const RaceImage& image : images) {
    ++all[static_cast<std::size_t>(image.stratum)];
    ++of_part[image.solved ? 1 : 0];
  }
  for (const auto& batch : race_batches(images, 3)) {
    for (const std::size_t image : batch) {
      ++seen[static_cast<std::size_t>(images[image].stratum)];
      ++seen_of_part[images[image].solved ? 1 : 0];
    }
    // Blocks that two strata share are the only place for chance.
    for (std::size_t s = 0; s < 2 * kStrata; ++s) {
      const std::size_t part = s < kStrata ? 0 : 1;
      EXPECT_NEAR(seen[s], seen_of_part[part] * all[s] / of_part[part],
                  4 + 0.03 * seen_of_part[part]);
    }
  }
}

TEST(RaceBatches, TakeEveryImageEquallyOften) {
  const std::vector<RaceImage> images = random_images(64, 3);
  std::vector<int> first(64);
  const int runs = 4000;
  for (int seed = 0; seed < runs; ++seed) {
    const auto batches = race_batches(images, static_cast<std::uint64_t>(seed));
    for (const std::size_t image : batches[0]) ++first[image];
  }
  for (const int count : first) EXPECT_NEAR(count, runs / 4, 4 * std::sqrt(runs * 3 / 16.0));
}

TEST(RaceBatches, DependOnTheSeedAlone) {
  const std::vector<RaceImage> images = random_images(200, 3);
  EXPECT_EQ(race_batches(images, 5), race_batches(images, 5));
  EXPECT_NE(race_batches(images, 5), race_batches(images, 6));
}

}  // namespace
}  // namespace splitbench
