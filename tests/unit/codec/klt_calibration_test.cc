// What codec klt learns from samples, and how it is written down.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <vector>

#include "base/rng.h"
#include "codec/klt/calibrate.h"
#include "codec/klt/channel_basis.h"
#include "codec/klt/channel_groups.h"
#include "codec/klt/channel_statistics.h"
#include "codec/klt/parameters.h"
#include "support/calibration_samples.h"
#include "support/codec_samples.h"

namespace splitbench::klt {
namespace {

using splitbench::testing::bad_input_message;
using splitbench::testing::floats;
using splitbench::testing::MemorySamples;
using splitbench::testing::synthetic_samples;

const Shape kShape = {1, 6, 9, 10};

// Two channels of which the second is the first with some noise; gradients of the second only.
MemorySamples correlated_samples() {
  constexpr std::size_t kPlane = 16;
  Rng rng(3);
  std::vector<Tensor> values, gradients;
  for (int i = 0; i < 40; ++i) {
    std::vector<float> value(2 * kPlane), gradient(2 * kPlane);
    for (std::size_t p = 0; p < kPlane; ++p) {
      value[p] = static_cast<float>(5 + 4 * (rng.uniform() - 0.5));
      value[kPlane + p] = value[p] + static_cast<float>(rng.uniform() - 0.5);
      gradient[p] = static_cast<float>(0.001 * (rng.uniform() - 0.5));
      gradient[kPlane + p] = static_cast<float>(rng.uniform() - 0.5);
    }
    values.push_back(floats({1, 2, 4, 4}, value));
    gradients.push_back(floats({1, 2, 4, 4}, gradient));
  }
  return MemorySamples(values, gradients);
}

TEST(KltChannelStatistics, MeasuresMomentsOfValuesAndGradients) {
  const MemorySamples samples = correlated_samples();
  const ChannelStatistics statistics =
      channel_statistics(samples, block_grid(samples.spec().shape), true);
  ASSERT_EQ(statistics.groups.size(), 1U);
  const GroupStatistics& group = statistics.groups[0];
  EXPECT_NEAR(group.mean[0], 5, 0.2);
  EXPECT_NEAR(group.mean[1], 5, 0.2);
  const SymmetricMatrix& covariance = group.covariance.overall;
  EXPECT_NEAR(covariance[0], 16.0 / 12, 0.2);
  EXPECT_NEAR(covariance[1], covariance[0], 0.1) << "all of channel 0 is in channel 1";
  EXPECT_NEAR(covariance[3], 17.0 / 12, 0.2);
  EXPECT_EQ(covariance[1], covariance[2]);
  EXPECT_TRUE(statistics.weighted);
  EXPECT_NEAR(group.fisher.overall[3], 1.0 / 12, 0.01);
  EXPECT_LT(group.fisher.overall[0], 1e-6);
  EXPECT_FALSE(channel_statistics(samples, block_grid(samples.spec().shape), false).weighted);
}

// Of the products of synthesis and analysis rows.
void expect_invertible(const ChannelBasis& basis, std::size_t channels) {
  ASSERT_GT(basis.rank, 0U);
  ASSERT_LE(basis.rank, channels);
  for (std::size_t i = 0; i < basis.rank; ++i) {
    for (std::size_t j = 0; j < basis.rank; ++j) {
      double product = 0;
      for (std::size_t c = 0; c < channels; ++c) {
        product += static_cast<double>(basis.analysis[i * channels + c]) *
                   basis.synthesis[j * channels + c];
      }
      ASSERT_NEAR(product, i == j ? 1 : 0, 1e-3) << i << ", " << j;
    }
  }
}

TEST(KltChannelBasis, IsInvertibleInEveryGroup) {
  for (const Shape& shape : {kShape, Shape{1, 200, 3, 4}}) {
    const std::vector<ChannelGroup> groups = channel_groups(static_cast<std::size_t>(shape[1]));
    for (const bool weighted : {false, true}) {
      const MemorySamples samples = synthetic_samples({DType::kF32, shape}, 30);
      const ChannelStatistics statistics = channel_statistics(samples, block_grid(shape), weighted);
      const auto bases = channel_bases(statistics, block_grid(shape));
      ASSERT_EQ(bases.size(), groups.size());
      for (std::size_t g = 0; g < groups.size(); ++g) {
        for (const ChannelBasis& basis : bases[g]) expect_invertible(basis, groups[g].size());
      }
    }
  }
}

TEST(KltChannelBasis, MeasuresErrorsByTheirEffect) {
  const MemorySamples samples = correlated_samples();
  const BlockGrid grid = block_grid(samples.spec().shape);
  const auto sensitivity = [&](bool weighted, std::size_t channel) {
    const ChannelBasis basis =
        channel_bases(channel_statistics(samples, grid, weighted), grid)[0][kBands - 1];
    double sum = 0;
    for (std::size_t k = 0; k < basis.rank; ++k) {
      sum += std::pow(static_cast<double>(basis.analysis[k * 2 + channel]), 2);
    }
    return sum;
  };
  EXPECT_NEAR(sensitivity(false, 1) / sensitivity(false, 0), 1, 0.01);
  EXPECT_GT(sensitivity(true, 1) / sensitivity(true, 0), 10);
}

TEST(KltCalibrate, FindsTheBoundsOfClippedTensors) {
  Rng rng(1);
  std::vector<Tensor> values;
  for (int i = 0; i < 10; ++i) {
    std::vector<float> value(48);
    for (float& x : value) {
      x = std::min(6.0F, std::max(0.0F, static_cast<float>(rng.uniform() * 12 - 3)));
    }
    values.push_back(floats({1, 3, 4, 4}, value));
  }
  const BlockGrid grid = block_grid({1, 3, 4, 4});
  const Parameters clipped = calibrate(MemorySamples(values), grid, true);
  EXPECT_EQ(clipped.range.minimum, 0);
  EXPECT_EQ(clipped.range.maximum, 6);
  EXPECT_FALSE(clipped.weighted) << "there are no gradients";
  values = {floats({1, 3, 1, 1}, {-1, 2, 5}), floats({1, 3, 1, 1}, {1, 3, 4})};
  for (int i = 0; i < 400; ++i) {
    const auto x = static_cast<float>(rng.uniform());
    values.push_back(floats({1, 3, 1, 1}, {x, x + 1, x + 2}));
  }
  const Parameters open = calibrate(MemorySamples(values), block_grid({1, 3, 1, 1}), true);
  EXPECT_LT(open.range.minimum, -4);
  EXPECT_GT(open.range.maximum, 8);
}

TEST(KltCalibrate, RefusesSamplesBeyondReason) {
  const Tensor good = floats({1, 2}, {1, 2});
  const BlockGrid grid = block_grid({1, 2});
  for (const float value : {1e20F, std::numeric_limits<float>::quiet_NaN()}) {
    const Tensor bad = floats({1, 2}, {1, value});
    bad_input_message([&] { calibrate(MemorySamples({good, bad}), grid, true); });
    bad_input_message([&] { calibrate(MemorySamples({good}, {bad}), grid, true); });
  }
}

// Entries are kept to a part of the largest of all.
void expect_near(const std::vector<float>& read, const std::vector<float>& written) {
  ASSERT_EQ(read.size(), written.size());
  float largest = 0;
  for (const float entry : written) largest = std::max(largest, std::fabs(entry));
  for (std::size_t i = 0; i < read.size(); ++i) {
    ASSERT_NEAR(read[i], written[i], largest / 1000);
  }
}

TEST(KltParameters, AreReadAsTheyWereWritten) {
  for (const Shape& shape : {kShape, Shape{1, 170, 2, 3}}) {
    const BlockGrid grid = block_grid(shape);
    const Parameters written = calibrate(synthetic_samples({DType::kF32, shape}), grid, true);
    const Bytes bytes = write_parameters(written);
    const Parameters read = read_parameters(bytes, grid);
    EXPECT_EQ(read.weighted, written.weighted);
    EXPECT_EQ(read.range.minimum, written.range.minimum);
    EXPECT_EQ(read.range.maximum, written.range.maximum);
    ASSERT_EQ(read.groups.size(), written.groups.size());
    for (std::size_t g = 0; g < read.groups.size(); ++g) {
      EXPECT_EQ(read.groups[g].mean, written.groups[g].mean);
      for (std::size_t band = 0; band < kBands; ++band) {
        const ChannelBasis& basis = read.groups[g].bases[band];
        ASSERT_EQ(basis.rank, written.groups[g].bases[band].rank);
        expect_near(basis.analysis, written.groups[g].bases[band].analysis);
        expect_near(basis.synthesis, written.groups[g].bases[band].synthesis);
      }
      ASSERT_EQ(read.groups[g].priors.size(), written.groups[g].priors.size());
      for (std::size_t f = 0; f < read.groups[g].priors.size(); ++f) {
        const auto& priors = read.groups[g].priors[f];
        ASSERT_EQ(priors.size(), written.groups[g].priors[f].size());
        for (std::size_t k = 0; k < priors.size(); ++k) {
          EXPECT_EQ(priors[k].spread, written.groups[g].priors[f][k].spread);
          EXPECT_EQ(priors[k].gain, written.groups[g].priors[f][k].gain);
        }
      }
    }
    EXPECT_EQ(write_parameters(read), bytes) << "nothing is lost twice";
  }
}

TEST(KltParameters, RefusesAnythingElse) {
  const BlockGrid grid = block_grid(kShape);
  const Parameters parameters = calibrate(synthetic_samples({DType::kF32, kShape}), grid, true);
  const auto refused = [&](const Parameters& wrong) {
    return bad_input_message([&] { read_parameters(write_parameters(wrong), grid); });
  };
  Parameters wrong = parameters;
  wrong.groups[0].mean[2] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_NE(refused(wrong).find("not finite"), std::string::npos);
  wrong = parameters;
  wrong.range.maximum = std::numeric_limits<float>::infinity();
  refused(wrong);
  wrong = parameters;
  wrong.range.minimum = wrong.range.maximum + 1;
  EXPECT_NE(refused(wrong).find("range"), std::string::npos);
  wrong = parameters;
  wrong.groups[0].bases[1].rank = 7;
  wrong.groups[0].bases[1].analysis.assign(42, 1);
  wrong.groups[0].bases[1].synthesis.assign(42, 1);
  EXPECT_NE(refused(wrong).find("7 components of 6 channels"), std::string::npos);
  wrong = parameters;
  wrong.groups[0].priors.emplace_back(3);
  refused(wrong);
  wrong.groups[0].priors = parameters.groups[0].priors;
  wrong.groups[0].priors.pop_back();
  refused(wrong);
  wrong = parameters;
  wrong.groups.push_back(parameters.groups[0]);
  refused(wrong);
  wrong.groups.clear();
  refused(wrong);

  const Bytes bytes = write_parameters(parameters);
  for (const Shape& other : {Shape{1, 7, 9, 10}, Shape{1, 6, 9, 11}, Shape{1, 6}, Shape{1, 4000}}) {
    bad_input_message([&] { read_parameters(bytes, block_grid(other)); });
  }
}

TEST(KltParameters, DeclareNoMoreThanTheyHold) {
  ByteWriter writer;
  writer.varint(std::uint64_t{1} << 40);
  writer.u32(0);
  const std::string message =
      bad_input_message([&] { read_parameters(writer.bytes(), block_grid(kShape)); });
  EXPECT_NE(message.find("cannot hold"), std::string::npos);
}

}  // namespace
}  // namespace splitbench::klt
