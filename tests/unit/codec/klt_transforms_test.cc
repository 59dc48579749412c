// The transforms of codec klt: blocks, cosines, channels.
#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <set>
#include <utility>
#include <vector>

#include "base/rng.h"
#include "codec/klt/block_grid.h"
#include "codec/klt/block_transform.h"
#include "codec/klt/channel_transform.h"
#include "codec/klt/cosine_transform.h"
#include "codec/klt/lanes.h"
#include "codec/klt/log_scale.h"

namespace splitbench::klt {
namespace {

std::vector<float> random_floats(std::size_t count, std::uint64_t seed) {
  Rng rng(seed);
  std::vector<float> values(count);
  for (float& value : values) value = static_cast<float>(rng.uniform() * 2 - 1);
  return values;
}

TEST(KltBlockGrid, CoversMapsWithEqualBlocks) {
  struct Case {
    std::int64_t length;
    std::size_t block, blocks;
  };
  for (const Case& c : {Case{1, 1, 1}, Case{7, 7, 1}, Case{16, 16, 1}, Case{17, 9, 2},
                        Case{28, 14, 2}, Case{56, 14, 4}, Case{112, 16, 7}}) {
    const BlockGrid grid = block_grid({1, 5, c.length, 3});
    EXPECT_EQ(grid.y.block, c.block) << c.length;
    EXPECT_EQ(grid.y.blocks, c.blocks) << c.length;
    EXPECT_EQ(grid.x.block, 3U);
    EXPECT_EQ(grid.channels, 5U);
  }
  EXPECT_EQ(block_grid({1, 9}).block_size(), 1U);
}

TEST(KltBlockGrid, ScanNamesEveryFrequencyOnceFromLowToHigh) {
  const std::vector<Frequency> scan = frequency_scan(block_grid({1, 2, 5, 7}));
  std::set<std::pair<std::size_t, std::size_t>> seen;
  std::size_t last = 0;
  for (const Frequency& frequency : scan) {
    EXPECT_LT(frequency.v, 5U);
    EXPECT_LT(frequency.u, 7U);
    EXPECT_GE(frequency.v + frequency.u, last);
    last = frequency.v + frequency.u;
    seen.insert({frequency.v, frequency.u});
    EXPECT_EQ(frequency.band == 0, last == 0);
    EXPECT_LT(frequency.band, kBands);
  }
  EXPECT_EQ(seen.size(), 35U);
  EXPECT_EQ(scan.size(), 35U);
}

TEST(KltCosineTransform, IsTheDefinition) {
  for (std::size_t points = 1; points <= 16; ++points) {
    const CosineTransform transform(points);
    const std::vector<float> input = random_floats(points * kLaneGroup, points);
    std::vector<float> output = input;
    transform.forward(output.data(), kLaneGroup, kLaneGroup, points);
    for (std::size_t u = 0; u < points; ++u) {
      for (std::size_t lane = 0; lane < kLaneGroup; ++lane) {
        const double n = static_cast<double>(points);
        double sum = 0;
        for (std::size_t j = 0; j < points; ++j) {
          sum += static_cast<double>(input[j * kLaneGroup + lane]) *
                 std::cos(std::acos(-1.0) * static_cast<double>((2 * j + 1) * u) / (2 * n));
        }
        sum *= std::sqrt((u == 0 ? 1 : 2) / n);
        EXPECT_NEAR(output[u * kLaneGroup + lane], sum, 1e-5) << points << " points, " << u;
      }
    }
  }
}

TEST(KltCosineTransform, InverseUndoesForwardAndTakesTheRestAsZero) {
  constexpr std::size_t kWide = 3 * kLaneGroup;
  for (std::size_t points = 1; points <= 16; ++points) {
    const CosineTransform transform(points);
    const std::vector<float> input = random_floats(points * kWide, points);
    std::vector<float> values = input;
    transform.forward(values.data(), kWide, kWide, points);
    const std::vector<float> frequencies = values;
    transform.inverse(values.data(), kWide, kWide, points);
    for (std::size_t i = 0; i < input.size(); ++i) EXPECT_NEAR(values[i], input[i], 1e-5);

    const std::size_t kept = (points + 1) / 2;
    std::vector<float> zeros = frequencies;
    std::fill(zeros.begin() + static_cast<std::ptrdiff_t>(kept * kWide), zeros.end(), 0.0F);
    std::vector<float> unread = frequencies;
    transform.inverse(zeros.data(), kWide, kWide, points);
    transform.inverse(unread.data(), kWide, kWide, kept);
    for (std::size_t i = 0; i < input.size(); ++i) EXPECT_NEAR(unread[i], zeros[i], 1e-5);

    std::vector<float> some = input;
    transform.forward(some.data(), kWide, kWide, kept);
    for (std::size_t i = 0; i < kept * kWide; ++i) EXPECT_EQ(some[i], frequencies[i]);
  }
}

TEST(KltBlockTransform, InverseUndoesForwardAndClamps) {
  // Blocks that reach over both edges; channels that do not fill the lanes.
  const BlockGrid grid = block_grid({1, 5, 19, 21});
  const std::vector<float> mean = {1, -2, 0, 0.5F, 3};
  const BlockTransform transform(grid, mean);
  const std::vector<float> tensor = random_floats(5 * 19 * 21, 1);
  std::vector<float> back(tensor.size(), 99);
  std::vector<float> buffer(transform.buffer_size());
  const FrequencyExtent all{grid.y.block, grid.x.block};
  for (std::size_t block = 0; block < grid.blocks(); ++block) {
    transform.forward(tensor.data(), block, all, buffer.data());
    transform.inverse(buffer.data(), block, all, 0, 0.75F, back.data());
  }
  for (std::size_t i = 0; i < tensor.size(); ++i) {
    const float clamped = std::min(std::max(tensor[i], 0.0F), 0.75F);
    EXPECT_NEAR(back[i], clamped, 1e-5) << i;
  }
}

TEST(KltBlockTransform, NoFrequenciesAreTheMean) {
  const BlockGrid grid = block_grid({1, 2, 3, 3});
  const BlockTransform transform(grid, {1, -2});
  std::vector<float> buffer(transform.buffer_size());
  std::vector<float> tensor(18);
  transform.inverse(buffer.data(), 0, {0, 0}, -10, 10, tensor.data());
  for (std::size_t i = 0; i < 18; ++i) EXPECT_EQ(tensor[i], i < 9 ? 1 : -2);
}

TEST(KltChannelTransform, IsTheProductWithItsMatrices) {
  constexpr std::size_t kChannels = 11;
  constexpr std::size_t kRank = 7;
  ChannelBasis basis;
  basis.rank = kRank;
  basis.analysis = random_floats(kRank * kChannels, 1);
  basis.synthesis = random_floats(kRank * kChannels, 2);
  const ChannelTransform transform(basis, kChannels);
  const std::vector<float> values = random_floats(kChannels, 3);
  for (std::size_t count = 1; count <= kRank; ++count) {
    std::vector<float> components(kRank, 99);
    transform.forward(values.data(), count, components.data());
    for (std::size_t k = 0; k < kRank; ++k) {
      double sum = 0;
      for (std::size_t c = 0; c < kChannels; ++c) {
        sum += static_cast<double>(basis.analysis[k * kChannels + c]) * values[c];
      }
      EXPECT_NEAR(components[k], k < count ? sum : 99, 1e-5);
    }
  }
  const std::vector<std::size_t> chosen = {0, 2, 3, 5, 6};
  const std::vector<float> amplitudes = {1, -2, 0.5F, 3, -1};
  std::vector<float> sums(padded_lanes(kChannels), 10);
  transform.inverse(chosen.data(), amplitudes.data(), chosen.size(), sums.data());
  for (std::size_t c = 0; c < kChannels; ++c) {
    double sum = 10;
    for (std::size_t i = 0; i < chosen.size(); ++i) {
      sum += static_cast<double>(amplitudes[i]) * basis.synthesis[chosen[i] * kChannels + c];
    }
    EXPECT_NEAR(sums[c], sum, 1e-5);
  }
}

TEST(KltLogScale, PowersAndLogarithmsAgree) {
  for (int i = -400; i <= 400; ++i) {
    EXPECT_NEAR(std::log2(exp2_sixteenths(i)), i / 16.0, 1e-12) << i;
  }
  for (std::uint32_t value = 1; value < 5'000'000; value += 1 + value / 7) {
    EXPECT_NEAR(log2_eighths(value), 8 * std::log2(static_cast<double>(value)), 1.7) << value;
  }
}

}  // namespace
}  // namespace splitbench::klt
