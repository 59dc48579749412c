// Tensors shaped like the block outputs of MobileNetV2 and of ResNet-50: seeded noise, smooth in
// space, with a ReLU where the network has one.
#pragma once

#include <algorithm>
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
};

constexpr BoundaryShape kBoundaries[] = {
    {"mobilenet_v2", 16, 112, false}, {"mobilenet_v2", 24, 56, false},
    {"mobilenet_v2", 32, 28, false},  {"mobilenet_v2", 64, 14, false},
    {"mobilenet_v2", 96, 14, false},  {"mobilenet_v2", 160, 7, false},
    {"mobilenet_v2", 320, 7, false},  {"mobilenet_v2", 1280, 7, true},
    {"resnet_50", 256, 56, true},     {"resnet_50", 512, 28, true},
    {"resnet_50", 1024, 14, true},    {"resnet_50", 2048, 7, true}};

inline Tensor features(const BoundaryShape& boundary, std::uint64_t seed) {
  constexpr double kNeighbour = 0.48;  // what a value has of those on its left and above
  constexpr double kNoise = 0.25;
  const Shape shape = {1, boundary.channels, boundary.side, boundary.side};
  Tensor tensor = Tensor::allocate({DType::kF32, shape});
  Rng traits(1);  // of the channels: the same in every tensor
  Rng rng(seed + 2);
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
    for (std::int64_t i = 0; i < boundary.side * boundary.side; ++i) {
      const auto value = static_cast<float>(2 * spread * map[i] + spread * offset);
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
