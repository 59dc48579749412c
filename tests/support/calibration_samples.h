// Calibration samples held in memory, and codecs calibrated on synthetic ones: for tests and
// fuzzers of whatever takes a calibration, without naming any codec.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "base/rng.h"
#include "codec/calibration.h"
#include "core/calibration.h"
#include "core/tensor.h"

namespace splitbench::testing {

// At least one value; all have the first one's spec. Gradients: none, or one for each value.
class MemorySamples : public CalibrationSamples {
 public:
  explicit MemorySamples(std::vector<Tensor> values, std::vector<Tensor> gradients = {})
      : values_(std::move(values)), gradients_(std::move(gradients)) {}

  const TensorSpec& spec() const override { return values_.front().spec(); }
  std::size_t size() const override { return values_.size(); }
  Tensor value(std::size_t i) const override { return values_.at(i); }
  std::optional<Tensor> gradient(std::size_t i) const override {
    if (gradients_.empty()) return std::nullopt;
    return gradients_.at(i);
  }

 private:
  std::vector<Tensor> values_;
  std::vector<Tensor> gradients_;
};

// Features with the traits that calibrations look for: channels (dimension 1) of different mean
// and spread, some after a ReLU, some signed, one always zero; neighbours alike; some noise.
inline Tensor synthetic_features(const Shape& shape, std::uint64_t seed) {
  Rng rng(seed);
  Tensor tensor = Tensor::allocate({DType::kF32, shape});
  const std::size_t channels = shape.size() > 1 ? static_cast<std::size_t>(shape[1]) : 1;
  const std::size_t plane = channels == 0 ? 0 : tensor.elements() / channels;
  auto* values = tensor.mutable_as<float>();
  for (std::size_t i = 0; i < tensor.elements(); ++i) {
    const std::size_t channel = i / plane % channels;
    const std::size_t phase = (i % plane / 3 + seed) % 8;
    const double wave = static_cast<double>(phase < 4 ? phase : 8 - phase) - 2;
    const double spread = 1.0 / static_cast<double>(1 + channel % 5);
    const auto value = static_cast<float>(spread * (wave + rng.uniform()));
    const bool dead = channel % 8 == 5;
    values[i] = dead ? 0 : (channel % 3 == 2 ? value : std::max(0.0F, value));
  }
  return tensor;
}

inline Tensor synthetic_gradient(const Shape& shape, std::uint64_t seed) {
  Rng rng(seed);
  Tensor tensor = Tensor::allocate({DType::kF32, shape});
  auto* values = tensor.mutable_as<float>();
  for (std::size_t i = 0; i < tensor.elements(); ++i) {
    values[i] = static_cast<float>(rng.uniform() - 0.5) / static_cast<float>(1 + i % 7);
  }
  return tensor;
}

// Features with gradients; of any other element type small numbers without.
inline MemorySamples synthetic_samples(const TensorSpec& spec, std::size_t count = 6) {
  std::vector<Tensor> values, gradients;
  for (std::size_t i = 0; i < count; ++i) {
    if (spec.dtype == DType::kF32) {
      values.push_back(synthetic_features(spec.shape, i));
      gradients.push_back(synthetic_gradient(spec.shape, i));
      continue;
    }
    Rng rng(i);
    values.push_back(Tensor::allocate(spec));
    auto* bytes = values.back().mutable_as<std::uint8_t>();
    std::generate(bytes, bytes + values.back().bytes(),
                  [&rng] { return static_cast<std::uint8_t>(rng.below(2)); });
  }
  return MemorySamples(std::move(values), std::move(gradients));
}

// The codec ready for such tensors: itself, or calibrated on synthetic samples. Throws
// Error{kBadInput} when it cannot be calibrated on them.
inline ConfiguredCodec calibrated_for(const ConfiguredCodec& codec, const TensorSpec& spec) {
  if (!lacks_calibration(codec)) return codec;
  return with_calibration(codec, calibrate(codec, synthetic_samples(spec)));
}

// Samples are single images: a calibration is for tensors whose batch dimension is 1.
inline bool has_batch_of_one(const TensorSpec& spec) {
  return !spec.shape.empty() && spec.shape.front() == 1;
}

}  // namespace splitbench::testing
