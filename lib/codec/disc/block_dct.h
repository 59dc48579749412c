// The DCT-II of 1 to 8 places and its inverse, of several columns at once, without its scale
// (codec/disc/block_transform.h). Internal to the transform and the quantiser.
#pragma once

#include <cstddef>

#include "base/simd.h"
#include "codec/disc/block_grid.h"
#include "codec/disc/block_rows.h"

namespace splitbench::disc {

// cos(pi * numerator / denominator), by its series: the same on every platform.
constexpr double cosine(std::size_t numerator, std::size_t denominator) {
  constexpr double kPi = 3.14159265358979323846;
  std::size_t reduced = numerator % (2 * denominator);
  if (reduced > denominator) reduced = 2 * denominator - reduced;
  const bool mirrored = 2 * reduced > denominator;
  if (mirrored) reduced = denominator - reduced;
  const double x = kPi * static_cast<double>(reduced) / static_cast<double>(denominator);
  double term = 1;
  double sum = 1;
  for (int i = 1; i < 12; ++i) {
    term *= -x * x / ((2 * i - 1) * (2 * i));
    sum += term;
  }
  return mirrored ? -sum : sum;
}

// Cosines of the odd frequencies 2 j + 1 at the first half of the places.
template <std::size_t kSize>
struct OddBasis {
  static constexpr std::size_t kHalf = kSize / 2;
  float value[kHalf][kHalf] = {};

  constexpr OddBasis() {
    for (std::size_t j = 0; j < kHalf; ++j) {
      for (std::size_t i = 0; i < kHalf; ++i) {
        value[j][i] = static_cast<float>(cosine((2 * i + 1) * (2 * j + 1), 2 * kSize));
      }
    }
  }
};

// Cosines of the even frequencies 2 j, of odd sizes, at the first half of the places and the
// middle.
template <std::size_t kSize>
struct EvenBasis {
  static constexpr std::size_t kHalf = (kSize + 1) / 2;
  float value[kHalf][kHalf] = {};

  constexpr EvenBasis() {
    for (std::size_t j = 0; j < kHalf; ++j) {
      for (std::size_t i = 0; i < kHalf; ++i) {
        value[j][i] = static_cast<float>(cosine((2 * i + 1) * 2 * j, 2 * kSize));
      }
    }
  }
};

template <std::size_t kSize, typename Vector>
SPLITBENCH_INLINE void forward(Vector* x);
template <std::size_t kSize, typename Vector>
SPLITBENCH_INLINE void inverse(Vector* x);

// Of 8 places, each half is transformed by itself, then the means of the halves: edges stay where
// they are, and smooth maps still cost two coefficients.
template <typename Vector>
SPLITBENCH_INLINE void forward_halves(Vector* x) {
  constexpr std::size_t kHalf = kSide / 2;
  Vector halves[2][kHalf];
  for (std::size_t i = 0; i < kHalf; ++i) {
    halves[0][i] = x[i];
    halves[1][i] = x[kHalf + i];
  }
  forward<kHalf>(halves[0]);
  forward<kHalf>(halves[1]);
  x[0] = halves[0][0] + halves[1][0];
  x[1] = halves[0][0] - halves[1][0];
  for (std::size_t i = 1; i < kHalf; ++i) {
    x[2 * i] = halves[0][i];
    x[2 * i + 1] = halves[1][i];
  }
}

template <typename Vector>
SPLITBENCH_INLINE void inverse_halves(Vector* x) {
  constexpr std::size_t kHalf = kSide / 2;
  Vector halves[2][kHalf];
  halves[0][0] = x[0] + x[1];
  halves[1][0] = x[0] - x[1];
  for (std::size_t i = 1; i < kHalf; ++i) {
    halves[0][i] = x[2 * i];
    halves[1][i] = x[2 * i + 1];
  }
  inverse<kHalf>(halves[0]);
  inverse<kHalf>(halves[1]);
  for (std::size_t i = 0; i < kHalf; ++i) {
    x[i] = halves[0][i];
    x[kHalf + i] = halves[1][i];
  }
}

// The sums and differences of mirrored places split a transform into its even and odd frequencies;
// the even ones of an even size are a transform of half the size.
template <std::size_t kSize, typename Vector>
SPLITBENCH_INLINE void forward(Vector* x) {
  if constexpr (kSize == kSide) {
    forward_halves(x);
  } else if constexpr (kSize > 1) {
    constexpr std::size_t kPairs = kSize / 2;
    constexpr std::size_t kEven = (kSize + 1) / 2;
    static constexpr OddBasis<kSize> kOdd;
    Vector even[kEven];
    Vector difference[kPairs];
    for (std::size_t i = 0; i < kPairs; ++i) {
      even[i] = x[i] + x[kSize - 1 - i];
      difference[i] = x[i] - x[kSize - 1 - i];
    }
    if constexpr (kSize % 2 == 0) {
      forward<kEven>(even);
      for (std::size_t j = 0; j < kEven; ++j) x[2 * j] = even[j];
    } else {
      static constexpr EvenBasis<kSize> kBasis;
      even[kEven - 1] = x[kEven - 1];
      for (std::size_t j = 0; j < kEven; ++j) {
        Vector sum = even[0] * kBasis.value[j][0];
        for (std::size_t i = 1; i < kEven; ++i) sum += even[i] * kBasis.value[j][i];
        x[2 * j] = sum;
      }
    }
    for (std::size_t j = 0; j < kPairs; ++j) {
      Vector sum = difference[0] * kOdd.value[j][0];
      for (std::size_t i = 1; i < kPairs; ++i) sum += difference[i] * kOdd.value[j][i];
      x[2 * j + 1] = sum;
    }
  }
}

template <std::size_t kSize, typename Vector>
SPLITBENCH_INLINE void inverse(Vector* x) {
  if constexpr (kSize == kSide) {
    inverse_halves(x);
  } else if constexpr (kSize > 1) {
    constexpr std::size_t kPairs = kSize / 2;
    constexpr std::size_t kEven = (kSize + 1) / 2;
    static constexpr OddBasis<kSize> kOdd;
    Vector even[kEven];
    Vector odd[kPairs];
    for (std::size_t i = 0; i < kPairs; ++i) {
      odd[i] = x[1] * kOdd.value[0][i];
      for (std::size_t j = 1; j < kPairs; ++j) odd[i] += x[2 * j + 1] * kOdd.value[j][i];
    }
    if constexpr (kSize % 2 == 0) {
      for (std::size_t j = 0; j < kEven; ++j) even[j] = x[2 * j];
      inverse<kEven>(even);
    } else {
      static constexpr EvenBasis<kSize> kBasis;
      for (std::size_t i = 0; i < kEven; ++i) {
        even[i] = x[0];
        for (std::size_t j = 1; j < kEven; ++j) even[i] += x[2 * j] * kBasis.value[j][i];
      }
      x[kEven - 1] = even[kEven - 1];
    }
    for (std::size_t i = 0; i < kPairs; ++i) {
      x[i] = even[i] + odd[i];
      x[kSize - 1 - i] = even[i] - odd[i];
    }
  }
}

enum class Direction { kForward, kInverse };

// Each of the 8 columns, of which the first kSize places count; the others become 0.
template <Direction kDirection, std::size_t kSize, typename Vector>
SPLITBENCH_INLINE void transform_columns(BlockRows<Vector>& block) {
  for (std::size_t part = 0; part < kParts<Vector>; ++part) {
    Vector x[kSize];
    for (std::size_t i = 0; i < kSize; ++i) x[i] = block.rows[i][part];
    if constexpr (kDirection == Direction::kForward) {
      forward<kSize>(x);
    } else {
      inverse<kSize>(x);
    }
    for (std::size_t i = 0; i < kSize; ++i) block.rows[i][part] = x[i];
    for (std::size_t i = kSize; i < kSide; ++i) block.rows[i][part] = Vector{};
  }
}

}  // namespace splitbench::disc
