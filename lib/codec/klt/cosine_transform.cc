#include "codec/klt/cosine_transform.h"

#include <cmath>

#include "base/simd.h"
#include "codec/klt/lanes.h"

namespace splitbench::klt {
namespace {

constexpr std::size_t kMaxPoints = 16;
constexpr double kPi = 3.14159265358979323846;

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

SPLITBENCH_SIMD_CLONES
void forward_lanes(const float* basis, std::size_t points, float* data, std::size_t stride,
                   std::size_t lanes, std::size_t frequencies) {
  const std::size_t pairs = points / 2;
  const std::size_t half = (points + 1) / 2;
  Lanes sums[(kMaxPoints + 1) / 2];
  Lanes differences[kMaxPoints / 2];
  for (std::size_t lane = 0; lane < lanes; lane += kLanes) {
    float* at = data + lane;
    for (std::size_t j = 0; j < pairs; ++j) {
      Lanes a;
      Lanes b;
      load_lanes(at + j * stride, a);
      load_lanes(at + (points - 1 - j) * stride, b);
      sums[j] = a + b;
      differences[j] = a - b;
    }
    // The middle point, where odd frequencies are zero.
    if (half > pairs) load_lanes(at + pairs * stride, sums[pairs]);
    for (std::size_t u = 0; u < frequencies; ++u) {
      const float* row = basis + u * half;
      const Lanes* inputs = u % 2 == 0 ? sums : differences;
      const std::size_t count = u % 2 == 0 ? half : pairs;
      Lanes total = {};
      for (std::size_t j = 0; j < count; ++j) total += row[j] * inputs[j];
      store_lanes(total, at + u * stride);
    }
  }
}

SPLITBENCH_SIMD_CLONES
void inverse_lanes(const float* basis, std::size_t points, float* data, std::size_t stride,
                   std::size_t lanes, std::size_t frequencies) {
  const std::size_t half = (points + 1) / 2;
  Lanes inputs[kMaxPoints];
  for (std::size_t lane = 0; lane < lanes; lane += kLanes) {
    float* at = data + lane;
    for (std::size_t u = 0; u < frequencies; ++u) load_lanes(at + u * stride, inputs[u]);
    for (std::size_t j = 0; j < half; ++j) {
      Lanes even = {};
      Lanes odd = {};
      for (std::size_t u = 0; u < frequencies; u += 2) even += basis[u * half + j] * inputs[u];
      for (std::size_t u = 1; u < frequencies; u += 2) odd += basis[u * half + j] * inputs[u];
      const std::size_t mirror = points - 1 - j;
      if (mirror != j) store_lanes(even - odd, at + mirror * stride);
      store_lanes(mirror == j ? even : even + odd, at + j * stride);
    }
  }
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
  forward_lanes(basis_.data(), points_, data, stride, lanes, frequencies);
}

void CosineTransform::inverse(float* data, std::size_t stride, std::size_t lanes,
                              std::size_t frequencies) const {
  inverse_lanes(basis_.data(), points_, data, stride, lanes, frequencies);
}

}  // namespace splitbench::klt
