// The coding and the choice of levels of codec klt.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <set>
#include <utility>
#include <vector>

#include "base/rng.h"
#include "codec/klt/level_alphabet.h"
#include "codec/klt/level_coder.h"
#include "codec/klt/level_context.h"
#include "codec/klt/level_model.h"
#include "support/codec_samples.h"

namespace splitbench::klt {
namespace {

// Geometric probabilities, and points below the levels.
LevelTables some_tables() {
  LevelTables tables;
  for (std::size_t i = 0; i < tables.mean_magnitude.size(); ++i) {
    tables.mean_magnitude[i] = static_cast<std::uint8_t>(60 + 3 * i);
  }
  for (std::size_t context = 0; context < tables.probability.size(); ++context) {
    tables.probability[context].fill(static_cast<std::uint8_t>(250 - 7 * context));
    tables.shrinkage[context] = {30, 10, -20};
  }
  return tables;
}

TEST(KltLevelAlphabet, EveryMagnitudeHasOneSymbolAndOneRemainder) {
  for (int context = 0; context < kContexts; ++context) {
    const unsigned extra = extra_bits_of(context);
    EXPECT_EQ(extra > 0, context >= kFirstWithExtraBits) << context;
    std::set<std::pair<unsigned, std::uint32_t>> seen;
    for (std::uint32_t magnitude = 0; magnitude < first_escaped(extra); ++magnitude) {
      const std::uint32_t bucket = bucket_of(magnitude, extra);
      ASSERT_LT(bucket, kBuckets);
      for (const bool negative : {false, true}) {
        const unsigned symbol = symbol_of(bucket, negative);
        ASSERT_LT(symbol, kEscape);
        ASSERT_EQ(bucket_of_symbol(symbol), bucket);
        ASSERT_EQ(is_negative(symbol), negative && magnitude != 0);
        if (magnitude == 0) {
          ASSERT_EQ(symbol, 0U);
          continue;
        }
        const std::uint32_t rest = (magnitude - 1) & ((1U << extra) - 1);
        EXPECT_TRUE(seen.insert({symbol, rest}).second) << magnitude;
        ASSERT_EQ(((bucket_of_symbol(symbol) - 1) << extra) + 1 + rest, magnitude);
      }
    }
    for (const std::uint32_t magnitude : {first_escaped(extra), kMaxLevel}) {
      EXPECT_EQ(symbol_of(bucket_of(magnitude, extra), false), kEscape);
      EXPECT_EQ(symbol_of(bucket_of(magnitude, extra), true), kEscape);
    }
  }
}

TEST(KltLevelAlphabet, ReachesAFewTimesAsFarAsExpected) {
  for (int context = kContextOffset; context < kContexts; ++context) {
    const double expected = std::exp2((context - kContextOffset) / double{kContextsPerOctave});
    EXPECT_GE(first_escaped(extra_bits_of(context)), 2.4 * expected) << context;
    EXPECT_LE(first_escaped(extra_bits_of(context)), 9 * expected) << context;
  }
}

// ---- levels through writer and reader ----

using Contexts = std::array<std::uint8_t, kLevelsInGroup>;
using Values = std::array<float, kLevelsInGroup>;

struct Group {
  Contexts contexts{};
  Values values{};
  std::size_t count = kLevelsInGroup;
};

// A group of one context for eight values each, the last one shorter.
std::vector<Group> groups_of(const std::vector<float>& values, int context) {
  std::vector<Group> groups;
  for (std::size_t i = 0; i < values.size(); i += kLevelsInGroup) {
    groups.emplace_back();
    Group& group = groups.back();
    group.contexts.fill(static_cast<std::uint8_t>(context));
    group.count = std::min(kLevelsInGroup, values.size() - i);
    std::copy_n(values.begin() + static_cast<std::ptrdiff_t>(i), group.count, group.values.begin());
  }
  return groups;
}

// What is read back must be what is chosen, whatever the number of states.
template <std::size_t kStates>
void expect_read(const std::vector<Group>& groups, const LevelCoder& coder,
                 const LevelChooser& chooser) {
  LevelWriter writer(coder, chooser, 8);
  std::vector<std::uint32_t> written;
  for (const Group& group : groups) {
    written.push_back(writer.group(group.contexts.data(), group.values.data(), group.count));
  }
  const Bytes stream = writer.stream(kStates);
  LevelReader<kStates> reader(coder, stream, "test");
  for (std::size_t g = 0; g < groups.size(); ++g) {
    const Group& group = groups[g];
    std::array<float, kLevelsInGroup> points{};
    std::array<bool, kLevelsInGroup> counts{};
    const std::uint32_t magnitudes =
        reader.group(group.contexts.data(), group.count, [&](std::size_t i, float point, bool is) {
          ASSERT_LT(i, group.count);
          points[i] = point;
          counts[i] = is;
        });
    ASSERT_EQ(magnitudes, written[g]);
    std::uint32_t expected_sum = 0;
    for (std::size_t i = 0; i < group.count; ++i) {
      const int context = group.contexts[i];
      const std::uint32_t level = chooser.choose(context, std::fabs(group.values[i]));
      expected_sum += std::min(level, kTopMagnitude);
      ASSERT_EQ(counts[i], level != 0) << context;
      if (level == 0) continue;
      const float point = coder.point(context, level);
      ASSERT_EQ(points[i], group.values[i] < 0 ? -point : point)
          << group.values[i] << " in " << context << ", states " << kStates;
    }
    ASSERT_EQ(magnitudes, expected_sum);
  }
  reader.finish();
}

void expect_read_by_all(const std::vector<Group>& groups) {
  const LevelCoder coder(some_tables());
  const LevelChooser chooser(coder, 0);
  expect_read<1>(groups, coder, chooser);
  expect_read<2>(groups, coder, chooser);
  expect_read<4>(groups, coder, chooser);
  expect_read<8>(groups, coder, chooser);
}

TEST(KltLevelCoder, DecodesEveryLevelInEveryContext) {
  std::vector<float> values = {1e9F, -1e9F, 1000, -999};
  for (int level = -300; level <= 300; ++level) values.push_back(static_cast<float>(level));
  for (int context = 0; context < kContexts; ++context) {
    expect_read_by_all(groups_of(values, context));
  }
}

TEST(KltLevelCoder, DecodesGroupsOfAnySizeAndMixture) {
  Rng rng(1);
  for (const std::size_t count : {0, 1, 2, 3, 7, 20, 3000}) {
    std::vector<Group> groups(count);
    for (Group& group : groups) {
      group.count = 1 + rng.below(kLevelsInGroup);
      const int highest = rng.below(2) == 0 ? kFirstWithExtraBits : kContexts;
      const double largest = rng.below(4) == 0 ? 60 : 3;
      for (std::size_t i = 0; i < kLevelsInGroup; ++i) {
        group.contexts[i] =
            static_cast<std::uint8_t>(rng.below(static_cast<std::uint64_t>(highest)));
        group.values[i] = static_cast<float>(largest * (2 * rng.uniform() - 1));
      }
      if (rng.below(50) == 0) group.values.fill(-1e30F);
    }
    expect_read_by_all(groups);
  }
}

TEST(KltLevelCoder, RefusesStreamsThatEndElsewhere) {
  const LevelCoder coder(some_tables());
  const LevelChooser chooser(coder, 0);
  std::vector<float> values;
  for (int i = 0; i < 100; ++i) values.push_back(static_cast<float>(i % 7 - 3));
  const std::vector<Group> groups = groups_of(values, 16);
  LevelWriter writer(coder, chooser, values.size());
  for (const Group& group : groups) {
    writer.group(group.contexts.data(), group.values.data(), group.count);
  }
  const auto read = [&](const Bytes& stream) {
    LevelReader<8> reader(coder, stream, "test");
    for (const Group& group : groups) {
      reader.group(group.contexts.data(), group.count, [](std::size_t, float, bool) {});
    }
    reader.finish();
  };
  Bytes stream = writer.stream(8);
  read(stream);
  stream.push_back(1);
  splitbench::testing::bad_input_message([&] { read(stream); });
  stream.resize(stream.size() - 2);
  splitbench::testing::bad_input_message([&] { read(stream); });
}

// Escapes of 1s for ever end, and their magnitudes stay within reason.
TEST(KltLevelCoder, StandsGarbage) {
  const LevelCoder coder(some_tables());
  Rng rng(2);
  for (int round = 0; round < 300; ++round) {
    Bytes garbage(rng.below(200));
    for (std::uint8_t& byte : garbage) {
      byte = round % 3 == 0 ? 0xff : static_cast<std::uint8_t>(rng.next());
    }
    LevelReader<4> reader(coder, garbage, "test");
    Contexts contexts;
    for (int group = 0; group < 40; ++group) {
      for (std::uint8_t& context : contexts) {
        context = static_cast<std::uint8_t>(rng.below(kContexts));
      }
      reader.group(contexts.data(), kLevelsInGroup, [](std::size_t i, float point, bool) {
        ASSERT_LT(i, kLevelsInGroup);
        ASSERT_LE(std::fabs(point), 1 << 18);
      });
    }
  }
}

TEST(KltLevelCoder, CostsAreTheLengthOfTheStream) {
  constexpr int kTimes = 32000;
  const LevelCoder coder(some_tables());
  const LevelChooser chooser(coder, 0);
  for (const int context : {2, 12, 18, 24, 31}) {
    Rng rng(static_cast<std::uint64_t>(context));
    std::vector<float> values;
    double bits = 0;
    for (int i = 0; i < kTimes; ++i) {
      const auto magnitude = static_cast<float>(rng.below(i % 10 == 0 ? 40 : 3));
      values.push_back(rng.below(2) == 1 ? -magnitude : magnitude);
      bits += static_cast<double>(coder.bits(context, chooser.choose(context, magnitude)));
    }
    LevelWriter writer(coder, chooser, values.size());
    for (const Group& group : groups_of(values, context)) {
      writer.group(group.contexts.data(), group.values.data(), group.count);
    }
    const double coded = 8.0 * static_cast<double>(writer.stream(1).size());
    EXPECT_NEAR(coded / bits, 1, 0.005) << context;
  }
}

TEST(KltLevelCoder, TakesMoreStatesForMoreLevels) {
  EXPECT_EQ(coder_states(0), 1U);
  EXPECT_EQ(coder_states(2047), 1U);
  EXPECT_EQ(coder_states(2048), 2U);
  EXPECT_EQ(coder_states(4096), 4U);
  EXPECT_EQ(coder_states(8191), 4U);
  EXPECT_EQ(coder_states(8192), 8U);
  EXPECT_EQ(coder_states(10'000'000), 8U);
}

TEST(KltLevelChooser, FindsTheCheapestLevel) {
  constexpr std::uint32_t kThresholds = 16;
  const LevelCoder coder(some_tables());
  for (const float rdo : {0.0F, 0.1F, 0.2F}) {
    const LevelChooser chooser(coder, rdo);
    for (const int context : {4, 16, 26}) {
      for (float value = 0; value < 20; value += 0.037F) {
        const auto price = [&](std::uint32_t magnitude) {
          const double error = value - coder.point(context, magnitude);
          return error * error + static_cast<double>(rdo * coder.bits(context, magnitude));
        };
        const std::uint32_t level = chooser.choose(context, value);
        // Beyond the last threshold, costs are taken to grow evenly.
        if (level + 1 >= kThresholds) continue;
        EXPECT_LE(price(level), price(level + 1) + 1e-4) << value;
        if (level > 0) {
          EXPECT_LE(price(level), price(level - 1) + 1e-4) << value;
        }
      }
    }
  }
}

TEST(KltLevelChooser, SmallLevelsAreTheSame) {
  const LevelChooser chooser(LevelCoder(some_tables()), 0.1F);
  for (int context = 0; context < kContexts; ++context) {
    for (float value = 0; value < 9; value += 0.021F) {
      EXPECT_EQ(chooser.choose_small(context, value),
                std::min(chooser.choose(context, value), LevelChooser::kCompared));
    }
  }
}

TEST(KltLevelChooser, StandsValuesFarOut) {
  const LevelChooser chooser(LevelCoder(some_tables()), 0.1F);
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  for (int context = 0; context < kContexts; ++context) {
    EXPECT_EQ(chooser.choose(context, std::numeric_limits<float>::quiet_NaN()), 0U);
    EXPECT_EQ(chooser.choose(context, kInfinity), kMaxLevel);
    EXPECT_EQ(chooser.choose(context, 1e30F), kMaxLevel);
    EXPECT_NEAR(chooser.choose(context, 1000), 1000, 2);
  }
}

TEST(KltLevelModel, NearestStepIsNearest) {
  EXPECT_EQ(step_of(nearest_step(1)), 1);
  EXPECT_EQ(nearest_step(0), 0);
  EXPECT_EQ(nearest_step(1e9), 255);
  for (int index = 0; index < 256; ++index) {
    const auto step = static_cast<StepIndex>(index);
    EXPECT_EQ(nearest_step(step_of(step)), step);
    EXPECT_EQ(nearest_step(step_of(step) * 1.02), step);
    EXPECT_EQ(nearest_step(step_of(step) / 1.02), step);
  }
}

// Components of lower variance at higher frequencies; one in between that is never coded.
GroupParameters some_group(const BlockGrid& grid, std::size_t rank) {
  GroupParameters group;
  for (const Frequency& frequency : frequency_scan(grid)) {
    group.priors.emplace_back();
    for (std::size_t k = 0; k < rank; ++k) {
      const int spread =
          kSpreadOffset + 30 - 8 * static_cast<int>(k) - 8 * static_cast<int>(frequency.u);
      group.priors.back().push_back({static_cast<std::uint8_t>(spread), 2});
    }
  }
  group.priors[1][0].spread = 0;
  return group;
}

Parameters some_parameters(const BlockGrid& grid) {
  Parameters parameters;
  parameters.groups = {some_group(grid, 4), some_group(grid, 2)};
  parameters.tables = some_tables();
  return parameters;
}

const BlockGrid& small_grid() {
  static const BlockGrid grid = block_grid({1, 6, 3, 3});
  return grid;
}

TEST(KltLevelModel, LeavesOutWhatTheStepDrowns) {
  const Parameters parameters = some_parameters(small_grid());
  const std::vector<Frequency> scan = frequency_scan(small_grid());
  std::size_t coded_before = ~std::size_t{0};
  for (const double step : {0.01, 1.0, 4.0, 16.0, 100.0}) {
    const LevelModel model(parameters, scan, nearest_step(step));
    EXPECT_LE(model.levels(), coded_before);
    EXPECT_LE(model.levels(), model.size());
    coded_before = model.levels();
    std::size_t in_groups = 0;
    for (const LevelGroup& group : model.groups()) in_groups += group.size;
    EXPECT_EQ(in_groups, coded_before);
    for (std::size_t i = 0; i < model.size(); ++i) {
      EXPECT_NEAR(model.to_levels()[i] * step_of(nearest_step(step)), std::exp2(0.25), 1e-5);
      EXPECT_NEAR(model.to_levels()[i] * model.from_levels()[i], 1, 1e-6);
    }
    EXPECT_EQ(model.extent(0).u == 0, coded_before == 0);
  }
  EXPECT_EQ(coded_before, 0U);
  const LevelModel fine(parameters, scan, nearest_step(0.01));
  EXPECT_EQ(fine.levels(), 9U * (4U + 2U) - 2U) << "one coefficient of each is never coded";
}

TEST(KltLevelModel, EveryLevelHasItsPlace) {
  const std::vector<Frequency> scan = frequency_scan(small_grid());
  for (const double step : {0.01, 1.0, 8.0, 14.0}) {
    const LevelModel model(some_parameters(small_grid()), scan, nearest_step(step));
    std::size_t place = 0;
    for (std::size_t group = 0; group < 2; ++group) {
      for (std::size_t f = 0; f < scan.size(); ++f) {
        EXPECT_EQ(model.begin(group, f), place);
        place += model.count(group, f);
        if (model.count(group, f) == 0) continue;
        EXPECT_LT(scan[f].v, model.extent(group).v);
        EXPECT_LT(scan[f].u, model.extent(group).u);
      }
    }
    EXPECT_EQ(model.begin(2, 0), place);
    EXPECT_EQ(model.size(), place);
    for (std::size_t i = 0; i < model.levels(); ++i) {
      const CodedCoefficient& coefficient = model.coefficients()[i];
      const std::size_t group = coefficient.place >= model.begin(1, 0) ? 1 : 0;
      EXPECT_EQ(coefficient.place,
                model.begin(group, coefficient.frequency) + coefficient.component);
      EXPECT_LT(coefficient.component, model.count(group, coefficient.frequency));
      if (i == 0) continue;
      EXPECT_GT(coefficient.place, model.coefficients()[i - 1].place);
    }
  }
}

TEST(KltLevelContext, WalksThroughEveryLevelOnce) {
  const LevelModel model(some_parameters(small_grid()), frequency_scan(small_grid()),
                         nearest_step(0.5));
  std::size_t next = 0;
  for_each_group(model, [&](std::size_t first, const std::uint8_t* contexts, std::size_t count) {
    EXPECT_EQ(first, next);
    for (std::size_t i = 0; i < kLevelsInGroup; ++i) EXPECT_LT(contexts[i], kContexts);
    EXPECT_EQ(count, std::min(kLevelsInGroup, model.levels() - first));
    next += count;
    return std::uint32_t{0};
  });
  EXPECT_EQ(next, model.levels());
}

TEST(KltLevelContext, FollowsTheMagnitudesBefore) {
  const LevelModel model(some_parameters(small_grid()), frequency_scan(small_grid()),
                         nearest_step(0.1));
  const auto last_context = [&model](std::uint32_t magnitude) {
    int last = 0;
    for_each_group(model, [&](std::size_t, const std::uint8_t* contexts, std::size_t count) {
      last = contexts[count - 1];
      return static_cast<std::uint32_t>(count) * magnitude;
    });
    return last;
  };
  EXPECT_LT(last_context(0), last_context(2));
  EXPECT_LT(last_context(2), last_context(kTopMagnitude));
}

// Sums of the largest magnitudes do not overflow, and no context is beyond the last.
TEST(KltLevelContext, StandsTheLargestMagnitudes) {
  Activity activity;
  for (int i = 0; i < 1000; ++i) {
    activity.observe(kLevelsInGroup * kTopMagnitude, 1);
    ASSERT_GE(activity.log_scale(), 0);
  }
  std::array<std::int16_t, kLevelsInGroup> logs;
  Contexts contexts{};
  logs.fill(127);
  contexts_of(logs.data(), activity.log_scale(), contexts.data());
  EXPECT_EQ(contexts[3], kContexts - 1);
  logs.fill(-128);
  contexts_of(logs.data(), -200, contexts.data());
  EXPECT_EQ(contexts[3], 0);
}

}  // namespace
}  // namespace splitbench::klt
