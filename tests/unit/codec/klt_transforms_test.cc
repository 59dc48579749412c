// The transforms of codec klt: blocks, cosines, channels.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <set>
#include <utility>
#include <vector>

#include "base/rng.h"
#include "codec/klt/block_grid.h"
#include "codec/klt/block_transform.h"
#include "codec/klt/channel_groups.h"
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
    const std::vector<float> input = random_floats(points * kLanes, points);
    std::vector<float> output = input;
    transform.forward(output.data(), kLanes, kLanes, points);
    for (std::size_t u = 0; u < points; ++u) {
      for (std::size_t lane = 0; lane < kLanes; ++lane) {
        const double n = static_cast<double>(points);
        double sum = 0;
        for (std::size_t j = 0; j < points; ++j) {
          sum += static_cast<double>(input[j * kLanes + lane]) *
                 std::cos(std::acos(-1.0) * static_cast<double>((2 * j + 1) * u) / (2 * n));
        }
        sum *= std::sqrt((u == 0 ? 1 : 2) / n);
        EXPECT_NEAR(output[u * kLanes + lane], sum, 1e-5) << points << " points, " << u;
      }
    }
  }
}

TEST(KltCosineTransform, InverseUndoesForwardAndTakesTheRestAsZero) {
  constexpr std::size_t kWide = 3 * kLanes;
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

// Every channel is in one group, the groups in order, of nearly equal sizes.
void expect_groups(std::size_t channels, std::size_t count, std::size_t most) {
  const std::vector<ChannelGroup> groups = channel_groups(channels);
  ASSERT_EQ(groups.size(), count) << channels;
  std::size_t next = 0;
  std::size_t smallest = channels;
  std::size_t largest = 0;
  for (const ChannelGroup& group : groups) {
    ASSERT_FALSE(group.empty()) << channels;
    for (const std::uint16_t channel : group) ASSERT_EQ(channel, next++) << channels;
    smallest = std::min(smallest, group.size());
    largest = std::max(largest, group.size());
  }
  EXPECT_EQ(next, channels);
  EXPECT_LE(largest, most);
  EXPECT_LE(largest - smallest, 1U) << channels;
}

TEST(KltChannelGroups, HoldEveryChannelOnce) {
  for (std::size_t channels = 1; channels <= kMaxGroupChannels; ++channels) {
    expect_groups(channels, 1, kMaxGroupChannels);
  }
  for (std::size_t channels = kMaxGroupChannels + 1; channels <= 4096;
       channels += 1 + channels / 9) {
    expect_groups(channels, (channels + 63) / 64, 64);
  }
  expect_groups(161, 3, 54);
  expect_groups(192, 3, 64);
  expect_groups(193, 4, 49);
  expect_groups(4095, 64, 64);
  expect_groups(4096, 64, 64);
}

ChannelGroup first_channels(std::size_t count) {
  ChannelGroup group(count);
  std::iota(group.begin(), group.end(), std::uint16_t{0});
  return group;
}

FrequencyExtent all_frequencies(const BlockGrid& grid) { return {grid.y.block, grid.x.block}; }

// Through the blocks of a map, whose groups may have any channels.
std::vector<float> through_blocks(const BlockGrid& grid, const std::vector<ChannelGroup>& groups,
                                  const std::vector<float>& mean, ValueRange range,
                                  const std::vector<float>& tensor) {
  std::vector<float> back(tensor.size(), 99);
  for (const ChannelGroup& group : groups) {
    std::vector<float> of_group;
    for (const std::uint16_t channel : group) of_group.push_back(mean[channel]);
    const BlockTransform transform(grid, group, of_group);
    std::vector<float> buffer(transform.buffer_size());
    for (std::size_t block = 0; block < grid.blocks(); ++block) {
      transform.forward(tensor.data(), block, all_frequencies(grid), buffer.data());
      transform.inverse(buffer.data(), block, all_frequencies(grid), range, back.data());
    }
  }
  return back;
}

// Blocks that reach over both edges, that are too narrow for four positions at once, and both.
TEST(KltBlockTransform, InverseUndoesForwardAndClamps) {
  constexpr std::size_t kChannels = 11;
  const std::vector<float> mean = random_floats(kChannels, 7);
  const std::vector<ChannelGroup> all = {first_channels(kChannels)};
  std::vector<std::pair<std::int64_t, std::int64_t>> sizes = {
      {19, 21}, {21, 19}, {17, 33}, {33, 34}, {1, 17}, {16, 16}, {17, 18}};
  for (std::int64_t width = 1; width <= 9; ++width) {
    for (const std::int64_t height : {1, 2, 5, 17}) sizes.emplace_back(height, width);
  }
  for (const auto& [height, width] : sizes) {
    const BlockGrid grid = block_grid({1, kChannels, height, width});
    const std::vector<float> tensor = random_floats(kChannels * grid.plane(), 1);
    const std::vector<float> back = through_blocks(grid, all, mean, {-0.25F, 0.75F}, tensor);
    for (std::size_t i = 0; i < tensor.size(); ++i) {
      const float clamped = std::min(std::max(tensor[i], -0.25F), 0.75F);
      ASSERT_NEAR(back[i], clamped, 1e-5) << i << " of " << height << "x" << width;
    }
  }
}

TEST(KltBlockTransform, GroupsTouchTheirChannelsOnly) {
  constexpr std::size_t kChannels = 23;
  const std::vector<float> mean = random_floats(kChannels, 7);
  for (const std::int64_t width : {3, 21}) {
    const BlockGrid grid = block_grid({1, kChannels, 19, width});
    const std::vector<float> tensor = random_floats(kChannels * grid.plane(), 1);
    const ChannelGroup some = {2, 3, 5, 7, 11, 13, 17, 19, 22};
    const std::vector<float> back = through_blocks(grid, {some}, mean, {-2, 2}, tensor);
    for (std::size_t i = 0; i < tensor.size(); ++i) {
      const bool is_in = std::count(some.begin(), some.end(), i / grid.plane()) != 0;
      ASSERT_NEAR(back[i], is_in ? tensor[i] : 99, 1e-5) << i;
    }
    ChannelGroup rest;
    for (std::uint16_t c = 0; c < kChannels; ++c) {
      if (std::count(some.begin(), some.end(), c) == 0) rest.push_back(c);
    }
    EXPECT_EQ(through_blocks(grid, {some, rest}, mean, {-2, 2}, tensor),
              through_blocks(grid, {first_channels(kChannels)}, mean, {-2, 2}, tensor));
  }
}

TEST(KltBlockTransform, FrequenciesOfAConstantAreAtZeroOnly) {
  const BlockGrid grid = block_grid({1, 5, 19, 21});
  const BlockTransform transform(grid, first_channels(5), {1, 1, 1, 1, 1});
  const std::vector<float> tensor(5 * grid.plane(), 3);
  std::vector<float> buffer(transform.buffer_size(), 99);
  const double scale = std::sqrt(static_cast<double>(grid.block_size()));
  for (std::size_t block = 0; block < grid.blocks(); ++block) {
    transform.forward(tensor.data(), block, all_frequencies(grid), buffer.data());
    for (const Frequency& frequency : frequency_scan(grid)) {
      for (std::size_t c = 0; c < transform.lanes(); ++c) {
        const double expected = frequency.band == 0 && c < 5 ? 2 * scale : 0;
        ASSERT_NEAR(buffer[transform.offset(frequency) + c], expected, 1e-4);
      }
    }
  }
}

TEST(KltBlockTransform, TakesTheRestAsZero) {
  const BlockGrid grid = block_grid({1, 6, 13, 11});
  const BlockTransform transform(grid, first_channels(6), std::vector<float>(6, 0.5F));
  const std::vector<float> tensor = random_floats(6 * grid.plane(), 1);
  std::vector<float> zeroed(transform.buffer_size());
  transform.forward(tensor.data(), 0, all_frequencies(grid), zeroed.data());
  std::vector<float> unread(transform.buffer_size(), 99);
  const FrequencyExtent low{3, 4};
  transform.forward(tensor.data(), 0, low, unread.data());
  for (const Frequency& frequency : frequency_scan(grid)) {
    if (frequency.v < low.v && frequency.u < low.u) continue;
    std::fill_n(zeroed.begin() + static_cast<std::ptrdiff_t>(transform.offset(frequency)),
                transform.lanes(), 0.0F);
  }
  std::vector<float> a(tensor.size());
  std::vector<float> b(tensor.size());
  transform.inverse(zeroed.data(), 0, all_frequencies(grid), {-9, 9}, a.data());
  transform.inverse(unread.data(), 0, low, {-9, 9}, b.data());
  for (std::size_t i = 0; i < a.size(); ++i) ASSERT_NEAR(a[i], b[i], 1e-5);
}

TEST(KltBlockTransform, NoFrequenciesAreTheMean) {
  const BlockGrid grid = block_grid({1, 2, 3, 3});
  const BlockTransform transform(grid, first_channels(2), {1, -2});
  std::vector<float> buffer(transform.buffer_size());
  std::vector<float> tensor(18);
  transform.inverse(buffer.data(), 0, {0, 0}, {-10, 10}, tensor.data());
  for (std::size_t i = 0; i < 18; ++i) EXPECT_EQ(tensor[i], i < 9 ? 1 : -2);
  transform.inverse(buffer.data(), 0, {0, 0}, {-1, 0.5F}, tensor.data());
  for (std::size_t i = 0; i < 18; ++i) EXPECT_EQ(tensor[i], i < 9 ? 0.5F : -1);
}

TEST(KltBlockTransform, StoresSumsThatOverflowAsBounds) {
  constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  for (const std::int64_t width : {2, 6}) {
    const BlockGrid grid = block_grid({1, 5, 3, width});
    const BlockTransform transform(grid, first_channels(5), std::vector<float>(5));
    for (const float value : {kNaN, kInfinity, -kInfinity, 1e38F}) {
      std::vector<float> buffer(transform.buffer_size(), value);
      std::vector<float> tensor(5 * grid.plane(), 99);
      transform.inverse(buffer.data(), 0, all_frequencies(grid), {-1, 2}, tensor.data());
      for (const float stored : tensor) {
        ASSERT_GE(stored, -1) << value;
        ASSERT_LE(stored, 2) << value;
      }
    }
  }
}

TEST(KltChannelTransform, IsTheProductWithItsMatrices) {
  for (const std::size_t channels : {1, 5, 8, 11, 64, 97, 160}) {
    const std::size_t rank = channels - channels / 3;
    ChannelBasis basis;
    basis.rank = rank;
    basis.analysis = random_floats(rank * channels, 1);
    basis.synthesis = random_floats(rank * channels, 2);
    const ChannelTransform transform(basis, channels);
    EXPECT_EQ(transform.rank(), rank);
    const std::vector<float> values = random_floats(channels, 3);
    for (std::size_t count = 1; count <= rank; ++count) {
      std::vector<float> components(padded_lanes(count) + 1, 99);
      transform.forward(values.data(), count, components.data());
      for (std::size_t k = 0; k < count; ++k) {
        double sum = 0;
        for (std::size_t c = 0; c < channels; ++c) {
          sum += static_cast<double>(basis.analysis[k * channels + c]) * values[c];
        }
        ASSERT_NEAR(components[k], sum, 1e-4) << k << " of " << count;
      }
      EXPECT_EQ(components.back(), 99) << "more was written than may be";
    }
    for (std::size_t count = 0; count <= rank; ++count) {
      std::vector<std::size_t> chosen;
      for (std::size_t i = 0; i < count; ++i) chosen.push_back(rank - count + i);
      const std::vector<float> amplitudes = random_floats(count, 4);
      std::vector<float> sums(padded_lanes(channels) + 1, 99);
      transform.inverse(chosen.data(), amplitudes.data(), chosen.size(), sums.data());
      for (std::size_t c = 0; c < channels; ++c) {
        double sum = 0;
        for (std::size_t i = 0; i < chosen.size(); ++i) {
          sum += static_cast<double>(amplitudes[i]) * basis.synthesis[chosen[i] * channels + c];
        }
        ASSERT_NEAR(sums[c], sum, 1e-4) << count;
      }
      EXPECT_EQ(sums.back(), 99) << "more was written than may be";
    }
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
