// The coding and the choice of levels of codec klt.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <vector>

#include "base/rng.h"
#include "codec/klt/level_coder.h"
#include "codec/klt/level_context.h"
#include "codec/klt/level_model.h"

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

TEST(KltLevelCoder, DecodesEveryLevelInEveryContext) {
  const LevelCoder coder(some_tables());
  std::vector<std::int32_t> levels = {kMaxLevel, -kMaxLevel, 1000, -999};
  for (std::int32_t level = -40; level <= 40; ++level) levels.push_back(level);
  RangeEncoder encoder;
  for (int context = 0; context < kContexts; ++context) {
    for (const std::int32_t level : levels) coder.encode(encoder, context, level);
  }
  const Bytes stream = encoder.finish();
  RangeDecoder decoder(stream, "test");
  for (int context = 0; context < kContexts; ++context) {
    for (const std::int32_t level : levels) {
      const DecodedLevel decoded = coder.decode(decoder, context);
      const auto magnitude = static_cast<std::uint32_t>(std::abs(level));
      ASSERT_EQ(decoded.magnitude, magnitude) << context;
      if (level == 0) continue;
      const float point = coder.point(context, magnitude);
      ASSERT_EQ(decoded.point, level < 0 ? -point : point);
    }
  }
  decoder.finish();
}

TEST(KltLevelCoder, CostsAreTheLengthOfTheStream) {
  constexpr int kTimes = 4000;
  const LevelCoder coder(some_tables());
  for (const int context : {2, 12, 18, 24, 31}) {
    Rng rng(static_cast<std::uint64_t>(context));
    RangeEncoder encoder;
    double bits = 0;
    for (int i = 0; i < kTimes; ++i) {
      const auto magnitude = static_cast<std::int32_t>(rng.below(i % 10 == 0 ? 40 : 3));
      const bool negative = rng.below(2) == 1;
      coder.encode(encoder, context, negative ? -magnitude : magnitude);
      bits += static_cast<double>(coder.bits(context, static_cast<std::size_t>(magnitude)));
    }
    const double coded = 8.0 * static_cast<double>(encoder.finish().size());
    EXPECT_NEAR(coded / bits, 1, 0.01) << context;
  }
}

TEST(KltLevelChooser, FindsTheCheapestLevel) {
  const LevelCoder coder(some_tables());
  for (const float rdo : {0.0F, 0.1F, 0.2F}) {
    const LevelChooser chooser(coder, rdo);
    for (const int context : {4, 16, 26}) {
      for (float value = -20; value < 20; value += 0.037F) {
        const auto price = [&](std::size_t magnitude) {
          const double error = std::fabs(value) - coder.point(context, magnitude);
          return error * error + static_cast<double>(rdo * coder.bits(context, magnitude));
        };
        const std::int32_t level = chooser.choose(context, value);
        EXPECT_TRUE(level == 0 || (level < 0) == (value < 0));
        const auto magnitude = static_cast<std::size_t>(std::abs(level));
        // Beyond the last threshold, costs are taken to grow evenly.
        if (magnitude + 1 >= kMaxSymbolMagnitude) continue;
        EXPECT_LE(price(magnitude), price(magnitude + 1) + 1e-4) << value;
        if (magnitude > 0) {
          EXPECT_LE(price(magnitude), price(magnitude - 1) + 1e-4) << value;
        }
      }
    }
  }
}

TEST(KltLevelChooser, StandsValuesFarOut) {
  const LevelChooser chooser(LevelCoder(some_tables()), 0.1F);
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  for (int context = 0; context < kContexts; ++context) {
    EXPECT_EQ(chooser.choose(context, std::numeric_limits<float>::quiet_NaN()), 0);
    EXPECT_EQ(chooser.choose(context, kInfinity), kMaxLevel);
    EXPECT_EQ(chooser.choose(context, -1e30F), -kMaxLevel);
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

Parameters some_parameters(const BlockGrid& grid) {
  Parameters parameters;
  for (const Frequency& frequency : frequency_scan(grid)) {
    parameters.priors.emplace_back();
    for (int k = 0; k < 4; ++k) {
      const int spread = kSpreadOffset + 30 - 8 * k - 8 * static_cast<int>(frequency.u);
      parameters.priors.back().push_back({static_cast<std::uint8_t>(spread), 2});
    }
  }
  parameters.priors[1][0].spread = 0;
  parameters.tables = some_tables();
  return parameters;
}

TEST(KltLevelModel, LeavesOutWhatTheStepDrowns) {
  const BlockGrid grid = block_grid({1, 4, 3, 3});
  const Parameters parameters = some_parameters(grid);
  const std::vector<Frequency> scan = frequency_scan(grid);
  std::size_t coded_before = ~std::size_t{0};
  for (const double step : {0.01, 1.0, 4.0, 16.0, 100.0}) {
    const LevelModel model(parameters, scan, nearest_step(step));
    EXPECT_LE(model.priors().size(), coded_before);
    EXPECT_LE(model.priors().size(), model.size());
    coded_before = model.priors().size();
    std::size_t in_groups = 0;
    for (const LevelGroup& group : model.groups()) in_groups += group.size;
    EXPECT_EQ(in_groups, coded_before);
    for (std::size_t i = 0; i < model.size(); ++i) {
      EXPECT_NEAR(model.to_levels()[i] * step_of(nearest_step(step)), std::exp2(0.25), 1e-5);
      EXPECT_NEAR(model.to_levels()[i] * model.from_levels()[i], 1, 1e-6);
    }
    EXPECT_EQ(model.extent().u == 0, coded_before == 0);
  }
  EXPECT_EQ(coded_before, 0U);
  const LevelModel fine(parameters, scan, nearest_step(0.01));
  EXPECT_EQ(fine.priors().size(), 9U * 4U - 1U) << "one coefficient is never coded";
}

TEST(KltLevelContext, FollowsTheMagnitudesBefore) {
  const BlockGrid grid = block_grid({1, 4, 3, 3});
  const Parameters parameters = some_parameters(grid);
  const LevelModel model(parameters, frequency_scan(grid), nearest_step(0.1));
  const auto last_context = [&model](std::uint32_t magnitude) {
    int last = 0;
    for_each_level(model, [&](std::size_t, int context) {
      last = context;
      return magnitude;
    });
    return last;
  };
  EXPECT_LT(last_context(0), last_context(2));
  EXPECT_LT(last_context(2), last_context(100));
  EXPECT_EQ(last_context(kTopMagnitude), last_context(100'000)) << "outliers are capped";
}

}  // namespace
}  // namespace splitbench::klt
