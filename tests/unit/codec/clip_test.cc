#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/rng.h"
#include "codec/calibration.h"
#include "codec/clip/clipping_range.h"
#include "codec/stream.h"
#include "support/calibration_samples.h"
#include "support/checksum.h"
#include "support/codec_samples.h"

namespace splitbench {
namespace {

using testing::bad_input_message;
using testing::codec;
using testing::floats;
using testing::MemorySamples;

// Two-sided exponential around 0, cut off at 0 for what a ReLU leaves.
std::vector<float> laplace_values(std::size_t count, bool relu) {
  Rng rng(11);
  std::vector<float> values;
  for (std::size_t i = 0; i < count; ++i) {
    const double magnitude = -std::log(1 - rng.uniform());
    const bool negative = rng.below(2) == 0;
    values.push_back(static_cast<float>(negative ? (relu ? 0 : -magnitude) : magnitude));
  }
  return values;
}

ValueHistogram histogram_of(const std::vector<float>& values) {
  ValueHistogram histogram(finite_range(values.data(), values.size()));
  histogram.add(values.data(), values.size());
  histogram.accumulate();
  return histogram;
}

// The same by the definition.
double exact_error(const std::vector<float>& values, AffineRange range, unsigned levels) {
  const double step = (static_cast<double>(range.maximum) - range.minimum) / (levels - 1);
  double error = 0;
  for (const float value : values) {
    const double clipped = std::clamp(value, range.minimum, range.maximum);
    const double level = range.minimum + step * std::round((clipped - range.minimum) / step);
    error += (value - level) * (value - level);
  }
  return error;
}

TEST(ClippingRange, ErrorIsThatOfTheQuantiser) {
  const std::vector<float> values = laplace_values(5000, false);
  const ValueHistogram histogram = histogram_of(values);
  for (const unsigned levels : {2U, 3U, 8U, 64U}) {
    for (const AffineRange range : {AffineRange{-1, 2}, AffineRange{-3, 3}, AffineRange{0, 1}}) {
      const double exact = exact_error(values, range, levels);
      EXPECT_NEAR(quantisation_error(histogram, range, levels), exact, 0.002 * exact) << levels;
    }
  }
}

TEST(ClippingRange, NoOtherOnAFineGridIsBetter) {
  const std::vector<float> values = laplace_values(20000, false);
  const ValueHistogram histogram = histogram_of(values);
  for (const unsigned levels : {2U, 4U, 9U, 32U}) {
    const AffineRange best = best_clipping_range(histogram, levels);
    const double error = quantisation_error(histogram, best, levels);
    for (float low = -10; low < 0; low += 0.1F) {
      for (float high = 0.1F; high < 10; high += 0.1F) {
        EXPECT_GE(quantisation_error(histogram, {low, high}, levels), 0.999 * error);
      }
    }
  }
}

TEST(ClippingRange, BeginsAtZeroBehindARelu) {
  const ValueHistogram histogram = histogram_of(laplace_values(20000, true));
  for (const unsigned levels : {2U, 4U, 16U}) {
    EXPECT_EQ(best_clipping_range(histogram, levels).minimum, 0);
    EXPECT_LT(best_clipping_range(histogram, levels).maximum, histogram.range().maximum);
  }
  // Of two levels the upper one, m, is the mean of what lies above m / 2: m / 2 + 1.
  EXPECT_NEAR(best_clipping_range(histogram, 2).maximum, 2, 0.3);
}

TEST(ClippingRange, IsWiderWithMoreLevels) {
  const ValueHistogram histogram = histogram_of(laplace_values(20000, false));
  float width = 0;
  for (const unsigned levels : {2U, 4U, 8U, 16U, 64U}) {
    const AffineRange range = best_clipping_range(histogram, levels);
    EXPECT_GT(range.maximum - range.minimum, width);
    width = range.maximum - range.minimum;
  }
}

TEST(ClippingRange, FindsTheBulkBesideAnOutlier) {
  std::vector<float> values = laplace_values(20000, true);
  values.push_back(60);
  EXPECT_LT(best_clipping_range(histogram_of(values), 16).maximum, 20);
}

TEST(ClippingRange, OfOneValueIsThatValue) {
  const AffineRange range = best_clipping_range(histogram_of({3, 3, 3}), 4);
  EXPECT_EQ(range.minimum, 3);
  EXPECT_EQ(range.maximum, 3);
}

// ---- the codec ----

ConfiguredCodec calibrated(const std::string& spec, const std::vector<float>& values,
                           const Shape& shape) {
  const ConfiguredCodec bare = codec(spec);
  return with_calibration(bare, calibrate(bare, MemorySamples({floats(shape, values)})));
}

TEST(ClipCodec, ValuesGoToTheNearestLevelAndEndsArePinned) {
  const std::vector<float> values = {-2, -2, -1.4F, -0.6F, 0.1F, 0.9F, 1, 1};
  const Shape shape = {1, 2, 2, 2};
  const ConfiguredCodec clip = calibrated("clip:levels=4", values, shape);
  const Tensor input = floats(shape, {-9, -2, -1.4F, -0.6F, 0.1F, 0.9F, 1, 9});
  const Tensor back = decode_tensor(clip, encode_tensor(clip, input), {});
  const auto* levels = back.as<float>();
  const double step = (levels[7] - levels[0]) / 3.0;
  for (std::size_t i = 0; i < 8; ++i) {
    const double clipped = std::clamp(input.as<float>()[i], levels[0], levels[7]);
    EXPECT_NEAR(levels[i], clipped, step / 2 + 1e-6) << i;
    const double place = (levels[i] - levels[0]) / step;
    EXPECT_NEAR(place, std::round(place), 1e-5) << i;
  }
}

double empirical_entropy(const Tensor& tensor) {
  std::vector<float> sorted(tensor.as<float>(), tensor.as<float>() + tensor.elements());
  std::sort(sorted.begin(), sorted.end());
  double bits = 0;
  for (auto first = sorted.begin(); first != sorted.end();) {
    const auto last = std::upper_bound(first, sorted.end(), *first);
    const auto count = static_cast<double>(last - first);
    bits -= count * std::log2(count / static_cast<double>(sorted.size()));
    first = last;
  }
  return bits;
}

// Values without any structure: all that is left is their order-0 entropy, and learning it.
TEST(ClipCodec, StreamsAreAsLongAsTheLevelsEntropy) {
  const Shape shape = {1, 8, 50, 50};
  for (const bool relu : {true, false}) {
    const std::vector<float> values = laplace_values(element_count(shape), relu);
    for (const char* spec : {"clip:levels=2", "clip:levels=6", "clip:levels=16:context=index"}) {
      const ConfiguredCodec clip = calibrated(spec, values, shape);
      const Bytes stream = encode_tensor(clip, floats(shape, values));
      const double entropy = empirical_entropy(decode_tensor(clip, stream, {}));
      EXPECT_LT(8.0 * static_cast<double>(stream.size()), 1.04 * entropy + 300) << spec;
    }
  }
}

TEST(ClipCodec, NeighboursTellMuchWhereTheyAreAlike) {
  const Shape shape = {1, 4, 32, 32};
  std::vector<float> values(element_count(shape));
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = i % 32 / 8 % 2 == i / 256 % 2 ? 0.0F : 1.0F;  // a chessboard of 8 by 8
  }
  const Tensor tensor = floats(shape, values);
  const ConfiguredCodec with = calibrated("clip:levels=2", values, shape);
  const ConfiguredCodec without = calibrated("clip:levels=2:context=index", values, shape);
  EXPECT_LT(2 * encode_tensor(with, tensor).size(), encode_tensor(without, tensor).size());
}

TEST(ClipCodec, RefusesACalibrationForOtherLevels) {
  const Tensor tensor = testing::synthetic_features({1, 3, 4, 4}, 1);
  const Bytes calibration = calibrate(codec("clip:levels=4"), MemorySamples({tensor}));
  const std::string message =
      bad_input_message([&] { with_calibration(codec("clip:levels=5"), calibration); });
  EXPECT_NE(message.find("for 4 levels, not for 5"), std::string::npos) << message;
}

TEST(ClipCodec, RefusesCodesThatAreNoPermutation) {
  const Tensor tensor = testing::synthetic_features({1, 3, 4, 4}, 1);
  const ConfiguredCodec clip = codec("clip:levels=4");
  const Bytes good = calibrate(clip, MemorySamples({tensor}));
  for (const std::uint8_t level : {std::uint8_t{4}, std::uint8_t{255}, good.at(good.size() - 2)}) {
    Bytes calibration = good;
    calibration.pop_back();
    calibration.push_back(level);
    testing::repair_checksum(calibration);
    bad_input_message([&] { with_calibration(clip, calibration); });
  }
  Bytes longer = good;
  longer.push_back(0);
  testing::repair_checksum(longer);
  bad_input_message([&] { with_calibration(clip, longer); });
}

TEST(ClipCodec, RefusesAnUnknownContextAndWhatFollowsTheEnd) {
  const Tensor tensor = testing::synthetic_features({1, 3, 4, 4}, 1);
  const ConfiguredCodec clip = testing::calibrated_for(codec("clip"), tensor.spec());
  Bytes body = clip.codec->encode(tensor);
  body[0] = 2;
  bad_input_message([&] { clip.codec->decode(body, tensor.spec()); });
  body[0] = 1;
  body.resize(body.size() + 20, 7);
  bad_input_message([&] { clip.codec->decode(body, tensor.spec()); });
}

}  // namespace
}  // namespace splitbench
