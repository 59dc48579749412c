#include "codec/klt/cosine_transform.h"

#include <array>
#include <cmath>

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

// A group of lanes.
struct Group {
  Lanes low;
  Lanes high;

  static Group load(const float* from) { return {load_lanes(from), load_lanes(from + kLanes)}; }
  void store(float* to) const {
    store_lanes(low, to);
    store_lanes(high, to + kLanes);
  }
  void add(float factor, const Group& group) {
    low += factor * group.low;
    high += factor * group.high;
  }
};

Group operator+(const Group& a, const Group& b) { return {a.low + b.low, a.high + b.high}; }
Group operator-(const Group& a, const Group& b) { return {a.low - b.low, a.high - b.high}; }

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
  std::array<Group, (kMaxPoints + 1) / 2> sums;
  std::array<Group, kMaxPoints / 2> differences;
  for (std::size_t lane = 0; lane < lanes; lane += kLaneGroup) {
    float* group = data + lane;
    for (std::size_t j = 0; j < pairs; ++j) {
      const Group a = Group::load(group + j * stride);
      const Group b = Group::load(group + (points_ - 1 - j) * stride);
      sums[j] = a + b;
      differences[j] = a - b;
    }
    if (half_ > pairs) {  // the middle point, where odd frequencies are zero
      sums[pairs] = Group::load(group + pairs * stride);
    }
    for (std::size_t u = 0; u < frequencies; ++u) {
      const float* row = &basis_[u * half_];
      const Group* inputs = u % 2 == 0 ? sums.data() : differences.data();
      const std::size_t count = u % 2 == 0 ? half_ : pairs;
      Group total{};
      for (std::size_t j = 0; j < count; ++j) total.add(row[j], inputs[j]);
      total.store(group + u * stride);
    }
  }
}

void CosineTransform::inverse(float* data, std::size_t stride, std::size_t lanes,
                              std::size_t frequencies) const {
  std::array<Group, kMaxPoints> inputs;
  for (std::size_t lane = 0; lane < lanes; lane += kLaneGroup) {
    float* group = data + lane;
    for (std::size_t u = 0; u < frequencies; ++u) inputs[u] = Group::load(group + u * stride);
    for (std::size_t j = 0; j < half_; ++j) {
      Group even{};
      Group odd{};
      for (std::size_t u = 0; u < frequencies; u += 2) even.add(basis_[u * half_ + j], inputs[u]);
      for (std::size_t u = 1; u < frequencies; u += 2) odd.add(basis_[u * half_ + j], inputs[u]);
      const std::size_t mirror = points_ - 1 - j;
      if (mirror != j) (even - odd).store(group + mirror * stride);
      (mirror == j ? even : even + odd).store(group + j * stride);
    }
  }
}

}  // namespace splitbench::klt
