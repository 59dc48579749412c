// Features that neighbours resemble, and codecs calibrated on them: for tests of calibrated codecs.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/rng.h"
#include "codec/calibration.h"
#include "codec/stream.h"
#include "support/calibration_samples.h"
#include "support/codec_samples.h"

namespace splitbench::testing {

// Smooth maps of different spread, after a ReLU.
inline Tensor smooth_features(const Shape& shape, std::uint64_t seed) {
  Rng rng(seed);
  Tensor tensor = Tensor::allocate({DType::kF32, shape});
  auto* value = tensor.mutable_as<float>();
  for (std::int64_t c = 0; c < shape[1]; ++c) {
    const double spread = 1.0 / static_cast<double>(1 + c % 3);
    const double phase = rng.uniform() * 6;
    for (std::int64_t y = 0; y < shape[2]; ++y) {
      for (std::int64_t x = 0; x < shape[3]; ++x) {
        const double wave = std::sin(phase + 0.4 * static_cast<double>(x + 2 * y));
        *value++ = static_cast<float>(std::max(0.0, spread * (wave + 0.1 * rng.uniform())));
      }
    }
  }
  return tensor;
}

inline MemorySamples smooth_samples(const Shape& shape, std::size_t count = 8) {
  std::vector<Tensor> values;
  for (std::size_t i = 0; i < count; ++i) values.push_back(smooth_features(shape, 100 + i));
  return MemorySamples(std::move(values));
}

inline ConfiguredCodec calibrated_on(const CalibrationSamples& samples, const std::string& spec) {
  const ConfiguredCodec codec = testing::codec(spec);
  return with_calibration(codec, calibrate(codec, samples));
}

inline double mean_squared_difference(const Tensor& a, const Tensor& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.elements(); ++i) {
    const double difference = double{a.as<float>()[i]} - b.as<float>()[i];
    sum += difference * difference;
  }
  return sum / static_cast<double>(a.elements());
}

inline Tensor through(const ConfiguredCodec& codec, const Tensor& tensor) {
  return decode_tensor(codec, encode_tensor(codec, tensor), {});
}

}  // namespace splitbench::testing
