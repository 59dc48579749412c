#include "codec/disc/block_transform.h"

#include <array>
#include <cmath>
#include <cstring>

namespace splitbench::disc {
namespace {

// Four columns of a block side by side: one register of SSE2 and of NEON.
using Quad = float __attribute__((vector_size(16)));
constexpr std::size_t kQuad = 4;

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

// The sums and differences of mirrored places split a transform into its even and odd frequencies;
// the even ones of an even size are a transform of half the size.
template <std::size_t kSize>
inline void forward(Quad* x) {
  if constexpr (kSize > 1) {
    constexpr std::size_t kPairs = kSize / 2;
    constexpr std::size_t kEven = (kSize + 1) / 2;
    static constexpr OddBasis<kSize> kOdd;
    Quad even[kEven];
    Quad difference[kPairs];
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
        Quad sum = even[0] * kBasis.value[j][0];
        for (std::size_t i = 1; i < kEven; ++i) sum += even[i] * kBasis.value[j][i];
        x[2 * j] = sum;
      }
    }
    for (std::size_t j = 0; j < kPairs; ++j) {
      Quad sum = difference[0] * kOdd.value[j][0];
      for (std::size_t i = 1; i < kPairs; ++i) sum += difference[i] * kOdd.value[j][i];
      x[2 * j + 1] = sum;
    }
  }
}

template <std::size_t kSize>
inline void inverse(Quad* x) {
  if constexpr (kSize > 1) {
    constexpr std::size_t kPairs = kSize / 2;
    constexpr std::size_t kEven = (kSize + 1) / 2;
    static constexpr OddBasis<kSize> kOdd;
    Quad even[kEven];
    Quad odd[kPairs];
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

// Of 8 places, each half is transformed by itself, then the means of the halves: edges stay where
// they are, and smooth maps still cost two coefficients.
template <>
inline void forward<kSide>(Quad* x) {
  constexpr std::size_t kHalf = kSide / 2;
  Quad halves[2][kHalf];
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

template <>
inline void inverse<kSide>(Quad* x) {
  constexpr std::size_t kHalf = kSide / 2;
  Quad halves[2][kHalf];
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

enum class Direction { kForward, kInverse };

// Transforms each of the 8 columns, of which the first kSize places count; the others become 0.
template <Direction kDirection, std::size_t kSize>
void transform_columns(const Block& from, Block& to) {
  for (std::size_t column = 0; column < kSide; column += kQuad) {
    Quad x[kSize];
    for (std::size_t i = 0; i < kSize; ++i) {
      std::memcpy(&x[i], from.lanes + i * kSide + column, sizeof(Quad));
    }
    if constexpr (kDirection == Direction::kForward) {
      forward<kSize>(x);
    } else {
      inverse<kSize>(x);
    }
    for (std::size_t i = 0; i < kSize; ++i) {
      std::memcpy(to.lanes + i * kSide + column, &x[i], sizeof(Quad));
    }
    constexpr Quad kZero{};
    for (std::size_t i = kSize; i < kSide; ++i) {
      std::memcpy(to.lanes + i * kSide + column, &kZero, sizeof(Quad));
    }
  }
}

template <Direction kDirection>
void transform_columns(const Block& from, Block& to, std::size_t size) {
  using Transform = void (*)(const Block&, Block&);
  static constexpr Transform kTransforms[kSide] = {
      transform_columns<kDirection, 1>, transform_columns<kDirection, 2>,
      transform_columns<kDirection, 3>, transform_columns<kDirection, 4>,
      transform_columns<kDirection, 5>, transform_columns<kDirection, 6>,
      transform_columns<kDirection, 7>, transform_columns<kDirection, 8>};
  kTransforms[size - 1](from, to);
}

inline void transpose_quads(const float* from, float* to) {
  Quad rows[kQuad];
  for (std::size_t i = 0; i < kQuad; ++i) std::memcpy(&rows[i], from + i * kSide, sizeof(Quad));
  const Quad low01 = __builtin_shufflevector(rows[0], rows[1], 0, 4, 1, 5);
  const Quad high01 = __builtin_shufflevector(rows[0], rows[1], 2, 6, 3, 7);
  const Quad low23 = __builtin_shufflevector(rows[2], rows[3], 0, 4, 1, 5);
  const Quad high23 = __builtin_shufflevector(rows[2], rows[3], 2, 6, 3, 7);
  const Quad columns[kQuad] = {__builtin_shufflevector(low01, low23, 0, 1, 4, 5),
                               __builtin_shufflevector(low01, low23, 2, 3, 6, 7),
                               __builtin_shufflevector(high01, high23, 0, 1, 4, 5),
                               __builtin_shufflevector(high01, high23, 2, 3, 6, 7)};
  for (std::size_t i = 0; i < kQuad; ++i) std::memcpy(to + i * kSide, &columns[i], sizeof(Quad));
}

void transpose(const Block& from, Block& to) {
  for (std::size_t row = 0; row < kSide; row += kQuad) {
    for (std::size_t column = 0; column < kSide; column += kQuad) {
      transpose_quads(from.lanes + row * kSide + column, to.lanes + column * kSide + row);
    }
  }
}

// The right half of a row of kWidth values, then `fill`. In registers: a row that went through
// memory in other pieces than it is read back would stall.
template <std::size_t kWidth>
inline Quad load_right(const float* row, Quad fill) {
  Quad quad = fill;
  if constexpr (kWidth == kSide) {
    std::memcpy(&quad, row + kQuad, sizeof quad);
  } else if constexpr (kWidth == kSide - 1) {
    Quad overlapping;
    std::memcpy(&overlapping, row + kQuad - 1, sizeof overlapping);
    quad = __builtin_shufflevector(overlapping, fill, 1, 2, 3, 4);
  } else {
    for (std::size_t x = kQuad; x < kWidth; ++x) quad[x - kQuad] = row[x];
  }
  return quad;
}

template <std::size_t kWidth>
inline Quad load_left(const float* row, Quad fill) {
  Quad quad = fill;
  if constexpr (kWidth >= kQuad) {
    std::memcpy(&quad, row, sizeof quad);
  } else {
    for (std::size_t x = 0; x < kWidth; ++x) quad[x] = row[x];
  }
  return quad;
}

template <std::size_t kWidth>
inline void store_row(Quad left, Quad right, float* row) {
  if constexpr (kWidth >= kQuad) std::memcpy(row, &left, sizeof left);
  if constexpr (kWidth == kSide) {
    std::memcpy(row + kQuad, &right, sizeof right);
  } else if constexpr (kWidth == kSide - 1) {
    const Quad overlapping = __builtin_shufflevector(left, right, 3, 4, 5, 6);
    std::memcpy(row + kQuad - 1, &overlapping, sizeof overlapping);
  } else {
    for (std::size_t x = kWidth < kQuad ? 0 : kQuad; x < kWidth; ++x) {
      row[x] = x < kQuad ? left[x] : right[x - kQuad];
    }
  }
}

template <std::size_t kWidth>
void load_rows(const float* map, std::size_t stride, std::size_t height, float mean, Block& block) {
  const Quad means = Quad{} + mean;
  for (std::size_t y = 0; y < height; ++y) {
    const float* row = map + y * stride;
    const Quad left = load_left<kWidth>(row, means) - means;
    const Quad right = load_right<kWidth>(row, means) - means;
    std::memcpy(block.lanes + y * kSide, &left, sizeof left);
    std::memcpy(block.lanes + y * kSide + kQuad, &right, sizeof right);
  }
  for (std::size_t lane = height * kSide; lane < kLanes; ++lane) block.lanes[lane] = 0;
}

inline Quad limited(Quad values, float low, float high) {
  const Quad lows = Quad{} + low;
  const Quad highs = Quad{} + high;
  const Quad raised = values < lows ? lows : values;
  return raised > highs ? highs : raised;
}

template <std::size_t kWidth>
void store_rows(const Block& block, float mean, float low, float high, float* map,
                std::size_t stride, std::size_t height) {
  for (std::size_t y = 0; y < height; ++y) {
    Quad left;
    Quad right;
    std::memcpy(&left, block.lanes + y * kSide, sizeof left);
    std::memcpy(&right, block.lanes + y * kSide + kQuad, sizeof right);
    store_row<kWidth>(limited(left + mean, low, high), limited(right + mean, low, high),
                      map + y * stride);
  }
}

}  // namespace

void load_block(const float* map, std::size_t stride, BlockSize size, float mean, Block& block) {
  using Load = void (*)(const float*, std::size_t, std::size_t, float, Block&);
  static constexpr Load kLoads[kSide] = {load_rows<1>, load_rows<2>, load_rows<3>, load_rows<4>,
                                         load_rows<5>, load_rows<6>, load_rows<7>, load_rows<8>};
  kLoads[size.width - 1](map, stride, size.height, mean, block);
}

void store_block(const Block& block, float mean, float low, float high, float* map,
                 std::size_t stride, BlockSize size) {
  using Store = void (*)(const Block&, float, float, float, float*, std::size_t, std::size_t);
  static constexpr Store kStores[kSide] = {store_rows<1>, store_rows<2>, store_rows<3>,
                                           store_rows<4>, store_rows<5>, store_rows<6>,
                                           store_rows<7>, store_rows<8>};
  kStores[size.width - 1](block, mean, low, high, map, stride, size.height);
}

void fill_block(float value, float* map, std::size_t stride, BlockSize size) {
  for (std::size_t y = 0; y < size.height; ++y) {
    for (std::size_t x = 0; x < size.width; ++x) map[y * stride + x] = value;
  }
}

void forward_dct(Block& block, BlockSize size) {
  Block turned;
  transform_columns<Direction::kForward>(block, block, size.height);
  transpose(block, turned);
  transform_columns<Direction::kForward>(turned, block, size.width);
}

void inverse_dct(Block& block, BlockSize size) {
  Block turned;
  transform_columns<Direction::kInverse>(block, block, size.width);
  transpose(block, turned);
  transform_columns<Direction::kInverse>(turned, block, size.height);
}

float dct_scale(std::size_t size, std::size_t frequency) {
  // One over the norm of the sums' cosines.
  if (size == kSide) return static_cast<float>(std::sqrt(frequency < 2 ? 1.0 / 8 : 1.0 / 2));
  return static_cast<float>(std::sqrt((frequency == 0 ? 1.0 : 2.0) / static_cast<double>(size)));
}

}  // namespace splitbench::disc
