#include "codec/klt/cosine_transform.h"

#include <array>
#include <cmath>

namespace splitbench::klt {
namespace {

constexpr std::size_t kMaxPoints = 16;
constexpr double kPi = 3.14159265358979323846;

using Lanes = std::array<float, kLaneGroup>;

// cos(pi numerator / denominator), by the same operations on every platform.
double cosine(std::size_t numerator, std::size_t denominator) {
  std::size_t turn = numerator % (2 * denominator);
  if (turn > denominator) turn = 2 * denominator - turn;
  const bool mirrored = 2 * turn > denominator;
  if (mirrored) turn = denominator - turn;
  const double angle = kPi * static_cast<double>(turn) / static_cast<double>(denominator);
  constexpr int kTerms = 12;  // the next one is below 1e-19
  double term = 1;
  double sum = 1;
  for (int i = 1; i <= kTerms; ++i) {
    term = -term * angle * angle / ((2.0 * i - 1.0) * (2.0 * i));
    sum += term;
  }
  return mirrored ? -sum : sum;
}

Lanes load(const float* from) {
  Lanes lanes;
  for (std::size_t i = 0; i < kLaneGroup; ++i) lanes[i] = from[i];
  return lanes;
}

void store(const Lanes& lanes, float* to) {
  for (std::size_t i = 0; i < kLaneGroup; ++i) to[i] = lanes[i];
}

Lanes sum(const Lanes& a, const Lanes& b) {
  Lanes lanes;
  for (std::size_t i = 0; i < kLaneGroup; ++i) lanes[i] = a[i] + b[i];
  return lanes;
}

Lanes difference(const Lanes& a, const Lanes& b) {
  Lanes lanes;
  for (std::size_t i = 0; i < kLaneGroup; ++i) lanes[i] = a[i] - b[i];
  return lanes;
}

void add_scaled(Lanes& to, float factor, const Lanes& lanes) {
  for (std::size_t i = 0; i < kLaneGroup; ++i) to[i] += factor * lanes[i];
}

}  // namespace

CosineTransform::CosineTransform(std::size_t points) : points_(points), half_((points + 1) / 2) {
  const auto count = static_cast<double>(points);
  for (std::size_t u = 0; u < points; ++u) {
    const double norm = std::sqrt((u == 0 ? 1.0 : 2.0) / count);
    for (std::size_t j = 0; j < half_; ++j) {
      basis_.push_back(static_cast<float>(norm * cosine((2 * j + 1) * u, 2 * points)));
    }
  }
}

void CosineTransform::forward(float* data, std::size_t stride, std::size_t lanes,
                              std::size_t frequencies) const {
  const std::size_t pairs = points_ / 2;
  std::array<Lanes, kMaxPoints / 2> sums;
  std::array<Lanes, kMaxPoints / 2> differences;
  for (std::size_t lane = 0; lane < lanes; lane += kLaneGroup) {
    float* group = data + lane;
    for (std::size_t j = 0; j < pairs; ++j) {
      const Lanes a = load(group + j * stride);
      const Lanes b = load(group + (points_ - 1 - j) * stride);
      sums[j] = sum(a, b);
      differences[j] = difference(a, b);
    }
    if (half_ > pairs) {  // the middle point, where odd frequencies are zero
      sums[pairs] = load(group + pairs * stride);
    }
    for (std::size_t u = 0; u < frequencies; ++u) {
      const float* row = &basis_[u * half_];
      const Lanes* inputs = u % 2 == 0 ? sums.data() : differences.data();
      const std::size_t count = u % 2 == 0 ? half_ : pairs;
      Lanes total{};
      for (std::size_t j = 0; j < count; ++j) add_scaled(total, row[j], inputs[j]);
      store(total, group + u * stride);
    }
  }
}

void CosineTransform::inverse(float* data, std::size_t stride, std::size_t lanes,
                              std::size_t frequencies) const {
  std::array<Lanes, kMaxPoints> inputs;
  for (std::size_t lane = 0; lane < lanes; lane += kLaneGroup) {
    float* group = data + lane;
    for (std::size_t u = 0; u < frequencies; ++u) inputs[u] = load(group + u * stride);
    for (std::size_t j = 0; j < half_; ++j) {
      Lanes even{};
      Lanes odd{};
      for (std::size_t u = 0; u < frequencies; u += 2) {
        add_scaled(even, basis_[u * half_ + j], inputs[u]);
      }
      for (std::size_t u = 1; u < frequencies; u += 2) {
        add_scaled(odd, basis_[u * half_ + j], inputs[u]);
      }
      const std::size_t mirror = points_ - 1 - j;
      if (mirror != j) store(difference(even, odd), group + mirror * stride);
      store(mirror == j ? even : sum(even, odd), group + j * stride);
    }
  }
}

}  // namespace splitbench::klt
