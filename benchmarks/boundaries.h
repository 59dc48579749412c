// Tensors shaped like the block outputs of MobileNetV2 and of ResNet-50: seeded noise, smooth in
// space, with a ReLU where the network has one. Channels are independent, but for those named
// "alike", which have most in common with the one before, as in a network's first layers.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/rng.h"
#include "core/calibration.h"
#include "core/tensor.h"

namespace splitbench {

struct BoundaryShape {
  const char* network;
  std::int64_t channels;
  std::int64_t side;
  bool relu;
  double in_common = 0;  // part of a channel's spread
};

constexpr BoundaryShape kBoundaries[] = {
    {"mobilenet_v2", 16, 112, false}, {"mobilenet_v2", 24, 56, false},
    {"mobilenet_v2", 32, 28, false},  {"mobilenet_v2", 64, 14, false},
    {"mobilenet_v2", 96, 14, false},  {"mobilenet_v2", 160, 7, false},
    {"mobilenet_v2", 320, 7, false},  {"mobilenet_v2", 1280, 7, true},
    {"resnet_50", 256, 56, true},     {"resnet_50", 512, 28, true},
    {"resnet_50", 1024, 14, true},    {"resnet_50", 2048, 7, true},
    {"alike", 16, 112, false, 0.7},   {"alike", 24, 56, false, 0.7},
    {"alike", 32, 28, false, 0.7}};

inline Tensor features(const BoundaryShape& boundary, std::uint64_t seed) {
  constexpr double kNeighbour = 0.48;  // what a value has of those on its left and above
  constexpr double kNoise = 0.25;
  const Shape shape = {1, boundary.channels, boundary.side, boundary.side};
  Tensor tensor = Tensor::allocate({DType::kF32, shape});
  Rng traits(1);  // of the channels: the same in every tensor
  Rng rng(seed + 2);
  const auto size = static_cast<std::size_t>(boundary.side * boundary.side);
  const double own = std::sqrt(1 - boundary.in_common * boundary.in_common);
  std::vector<float> before(size);
  auto* map = tensor.mutable_as<float>();
  for (std::int64_t c = 0; c < boundary.channels; ++c, map += boundary.side * boundary.side) {
    const double spread = 0.3 + traits.uniform();
    const double offset = boundary.relu ? 1.2 * traits.uniform() - 1.4 : traits.uniform() - 0.5;
    for (std::int64_t y = 0; y < boundary.side; ++y) {
      for (std::int64_t x = 0; x < boundary.side; ++x) {
        float* at = map + y * boundary.side + x;
        const double left = x > 0 ? at[-1] : 0;
        const double above = y > 0 ? at[-boundary.side] : 0;
        const double noise = 2 * (rng.uniform() + rng.uniform() + rng.uniform() - 1.5);
        *at = static_cast<float>(kNeighbour * (left + above) + kNoise * noise);
      }
    }
    for (std::size_t i = 0; i < size; ++i) {
      before[i] = static_cast<float>(boundary.in_common * before[i] + own * map[i]);
      const auto value = static_cast<float>(2 * spread * before[i] + spread * offset);
      map[i] = boundary.relu ? std::max(0.0F, value) : value;
    }
  }
  return tensor;
}

constexpr std::size_t kSamples = 6;

// Of a boundary, to calibrate on.
class Samples : public CalibrationSamples {
 public:
  explicit Samples(const BoundaryShape& boundary) {
    for (std::size_t i = 0; i < kSamples; ++i) tensors_.push_back(features(boundary, i));
  }
  const TensorSpec& spec() const override { return tensors_.front().spec(); }
  std::size_t size() const override { return tensors_.size(); }
  Tensor value(std::size_t i) const override { return tensors_[i]; }
  std::optional<Tensor> gradient(std::size_t /*i*/) const override { return std::nullopt; }

 private:
  std::vector<Tensor> tensors_;
};

inline std::string shape_name(const BoundaryShape& boundary) {
  return std::string(boundary.network) + "/" + std::to_string(boundary.channels) + "x" +
         std::to_string(boundary.side) + "x" + std::to_string(boundary.side);
}

}  // namespace splitbench
