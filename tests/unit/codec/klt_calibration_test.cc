// What codec klt learns from samples, and how it is written down.
#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include "base/rng.h"
#include "codec/klt/calibrate.h"
#include "codec/klt/channel_basis.h"
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
  EXPECT_NEAR(statistics.mean[0], 5, 0.2);
  EXPECT_NEAR(statistics.mean[1], 5, 0.2);
  const SymmetricMatrix& covariance = statistics.covariance.overall;
  EXPECT_NEAR(covariance[0], 16.0 / 12, 0.2);
  EXPECT_NEAR(covariance[1], covariance[0], 0.1) << "all of channel 0 is in channel 1";
  EXPECT_NEAR(covariance[3], 17.0 / 12, 0.2);
  EXPECT_EQ(covariance[1], covariance[2]);
  EXPECT_TRUE(statistics.weighted);
  EXPECT_NEAR(statistics.fisher.overall[3], 1.0 / 12, 0.01);
  EXPECT_LT(statistics.fisher.overall[0], 1e-6);
  EXPECT_FALSE(channel_statistics(samples, block_grid(samples.spec().shape), false).weighted);
}

TEST(KltChannelBasis, IsInvertibleAndDecorrelates) {
  for (const bool weighted : {false, true}) {
    const MemorySamples samples = synthetic_samples({DType::kF32, kShape}, 30);
    const ChannelStatistics statistics = channel_statistics(samples, block_grid(kShape), weighted);
    for (const ChannelBasis& basis : channel_bases(statistics, block_grid(kShape))) {
      ASSERT_GT(basis.rank, 0U);
      for (std::size_t i = 0; i < basis.rank; ++i) {
        for (std::size_t j = 0; j < basis.rank; ++j) {
          double product = 0;
          for (std::size_t c = 0; c < 6; ++c) {
            product += static_cast<double>(basis.analysis[i * 6 + c]) * basis.synthesis[j * 6 + c];
          }
          EXPECT_NEAR(product, i == j ? 1 : 0, 1e-3) << i << ", " << j;
        }
      }
    }
  }
}

TEST(KltChannelBasis, MeasuresErrorsByTheirEffect) {
  const MemorySamples samples = correlated_samples();
  const BlockGrid grid = block_grid(samples.spec().shape);
  const auto sensitivity = [&](bool weighted, std::size_t channel) {
    const ChannelBasis basis =
        channel_bases(channel_statistics(samples, grid, weighted), grid)[kBands - 1];
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
  EXPECT_EQ(clipped.minimum, 0);
  EXPECT_EQ(clipped.maximum, 6);
  EXPECT_FALSE(clipped.weighted) << "there are no gradients";
  values = {floats({1, 3, 1, 1}, {-1, 2, 5}), floats({1, 3, 1, 1}, {1, 3, 4})};
  for (int i = 0; i < 400; ++i) {
    const auto x = static_cast<float>(rng.uniform());
    values.push_back(floats({1, 3, 1, 1}, {x, x + 1, x + 2}));
  }
  const Parameters open = calibrate(MemorySamples(values), block_grid({1, 3, 1, 1}), true);
  EXPECT_LT(open.minimum, -4);
  EXPECT_GT(open.maximum, 8);
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

TEST(KltParameters, AreReadAsTheyWereWritten) {
  const BlockGrid grid = block_grid(kShape);
  const Parameters written = calibrate(synthetic_samples({DType::kF32, kShape}), grid, true);
  const Bytes bytes = write_parameters(written);
  const Parameters read = read_parameters(bytes, grid);
  EXPECT_EQ(read.weighted, written.weighted);
  EXPECT_EQ(read.minimum, written.minimum);
  EXPECT_EQ(read.maximum, written.maximum);
  EXPECT_EQ(read.mean, written.mean);
  for (std::size_t band = 0; band < kBands; ++band) {
    ASSERT_EQ(read.bases[band].rank, written.bases[band].rank);
    const std::vector<float>& expected = written.bases[band].analysis;
    float largest = 0;
    for (const float entry : expected) largest = std::max(largest, std::fabs(entry));
    for (std::size_t i = 0; i < expected.size(); ++i) {
      EXPECT_NEAR(read.bases[band].analysis[i], expected[i], largest / 4000);
    }
  }
  EXPECT_EQ(write_parameters(read), bytes) << "nothing is lost twice";
}

TEST(KltParameters, RefusesAnythingElse) {
  const BlockGrid grid = block_grid(kShape);
  Parameters parameters = calibrate(synthetic_samples({DType::kF32, kShape}), grid, true);
  const auto refused = [&](const Parameters& wrong) {
    return bad_input_message([&] { read_parameters(write_parameters(wrong), grid); });
  };
  Parameters wrong = parameters;
  wrong.mean[2] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_NE(refused(wrong).find("not finite"), std::string::npos);
  wrong = parameters;
  wrong.maximum = std::numeric_limits<float>::infinity();
  refused(wrong);
  wrong = parameters;
  wrong.minimum = wrong.maximum + 1;
  EXPECT_NE(refused(wrong).find("range"), std::string::npos);
  wrong = parameters;
  wrong.bases[1].rank = 7;
  wrong.bases[1].analysis.assign(42, 1);
  wrong.bases[1].synthesis.assign(42, 1);
  EXPECT_NE(refused(wrong).find("7 components of 6 channels"), std::string::npos);
  wrong = parameters;
  wrong.priors.emplace_back(3);
  refused(wrong);
  wrong.priors = parameters.priors;
  wrong.priors.pop_back();
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
