// A block of 8x8 in vector registers, for code that is compiled for registers of 4 floats and of 8
// (base/simd.h). Internal to the transform and the quantiser.
//
// Vectors are passed by address: a platform's calling convention may not know those of 8.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/simd.h"
#include "codec/disc/block_grid.h"
#include "codec/disc/block_transform.h"

namespace splitbench::disc {

using Quad = float __attribute__((vector_size(16)));  // a register of SSE2 and of NEON
using Oct = float __attribute__((vector_size(32)));   // a register of AVX2

template <typename Vector>
constexpr std::size_t kWidthOf = sizeof(Vector) / sizeof(float);
template <typename Vector>
constexpr std::size_t kParts = kSide / kWidthOf<Vector>;  // of a row

// A vector anywhere in memory, over floats.
template <typename Vector>
struct __attribute__((packed, may_alias)) Unaligned {
  Vector vector;
};

using IntegerQuad = std::int32_t __attribute__((vector_size(16)));
using IntegerOct = std::int32_t __attribute__((vector_size(32)));
template <typename Vector>
struct IntegersOf;
template <>
struct IntegersOf<Quad> {
  using Type = IntegerQuad;
};
template <>
struct IntegersOf<Oct> {
  using Type = IntegerOct;
};

SPLITBENCH_INLINE void load(const float* from, Quad& to) {
  to = reinterpret_cast<const Unaligned<Quad>*>(from)->vector;
}
SPLITBENCH_INLINE void load(const float* from, Oct& to) {
  to = reinterpret_cast<const Unaligned<Oct>*>(from)->vector;
}
SPLITBENCH_INLINE void store(const Quad& from, float* to) {
  reinterpret_cast<Unaligned<Quad>*>(to)->vector = from;
}
SPLITBENCH_INLINE void store(const Oct& from, float* to) {
  reinterpret_cast<Unaligned<Oct>*>(to)->vector = from;
}

// A row of 7 or 8 values less `mean`, then zeros. `is_last`: memory may end with the row, and there
// is one before; otherwise another row follows.
template <std::size_t kWidth>
SPLITBENCH_INLINE void load_row(const float* row, float mean, bool /*is_last*/, Quad* parts) {
  load(row, parts[0]);
  if constexpr (kWidth == kSide) {
    load(row + kSide / 2, parts[1]);
    parts[1] -= mean;
  } else {
    Quad overlapping;
    load(row + kSide / 2 - 1, overlapping);
    parts[1] = __builtin_shufflevector(overlapping - mean, Quad{}, 1, 2, 3, 4);
  }
  parts[0] -= mean;
}
template <std::size_t kWidth>
SPLITBENCH_INLINE void load_row(const float* row, float mean, bool is_last, Oct* parts) {
  if constexpr (kWidth == kSide) {
    load(row, parts[0]);
    parts[0] -= mean;
  } else if (is_last) {
    load(row - 1, parts[0]);
    parts[0] = __builtin_shufflevector(parts[0] - mean, Oct{}, 1, 2, 3, 4, 5, 6, 7, 8);
  } else {
    load(row, parts[0]);
    parts[0] = __builtin_shufflevector(parts[0] - mean, Oct{}, 0, 1, 2, 3, 4, 5, 6, 8);
  }
}

template <std::size_t kWidth>
SPLITBENCH_INLINE void store_row(const Quad* parts, float* row) {
  store(parts[0], row);
  if constexpr (kWidth == kSide) {
    store(parts[1], row + kSide / 2);
  } else {
    store(__builtin_shufflevector(parts[0], parts[1], 3, 4, 5, 6), row + kSide / 2 - 1);
  }
}
template <std::size_t kWidth>
SPLITBENCH_INLINE void store_row(const Oct* parts, float* row) {
  if constexpr (kWidth == kSide) {
    store(parts[0], row);
  } else {
    const Quad halves[2] = {__builtin_shufflevector(parts[0], parts[0], 0, 1, 2, 3),
                            __builtin_shufflevector(parts[0], parts[0], 4, 5, 6, 7)};
    store_row<kWidth>(halves, row);
  }
}

SPLITBENCH_INLINE void transpose_quads(const Quad* from, std::size_t step, Quad* to,
                                       std::size_t to_step) {
  const Quad low01 = __builtin_shufflevector(from[0], from[step], 0, 4, 1, 5);
  const Quad high01 = __builtin_shufflevector(from[0], from[step], 2, 6, 3, 7);
  const Quad low23 = __builtin_shufflevector(from[2 * step], from[3 * step], 0, 4, 1, 5);
  const Quad high23 = __builtin_shufflevector(from[2 * step], from[3 * step], 2, 6, 3, 7);
  to[0] = __builtin_shufflevector(low01, low23, 0, 1, 4, 5);
  to[to_step] = __builtin_shufflevector(low01, low23, 2, 3, 6, 7);
  to[2 * to_step] = __builtin_shufflevector(high01, high23, 0, 1, 4, 5);
  to[3 * to_step] = __builtin_shufflevector(high01, high23, 2, 3, 6, 7);
}

// Row by row, each of kParts vectors.
template <typename Vector>
struct BlockRows {
  Vector rows[kSide][kParts<Vector>];

  SPLITBENCH_INLINE void load_block(const Block& block) { load_lanes(block.lanes); }
  SPLITBENCH_INLINE void load_lanes(const float* lanes) {
    for (std::size_t i = 0; i < kSide; ++i) {
      for (std::size_t part = 0; part < kParts<Vector>; ++part) {
        load(lanes + i * kSide + part * kWidthOf<Vector>, rows[i][part]);
      }
    }
  }
  SPLITBENCH_INLINE void store_block(Block& block) const {
    for (std::size_t i = 0; i < kSide; ++i) {
      for (std::size_t part = 0; part < kParts<Vector>; ++part) {
        store(rows[i][part], block.lanes + i * kSide + part * kWidthOf<Vector>);
      }
    }
  }

  // Lane by lane: block * factors * factor.
  SPLITBENCH_INLINE void multiply(const BlockRows& factors, float factor) {
    for (std::size_t i = 0; i < kSide; ++i) {
      for (std::size_t part = 0; part < kParts<Vector>; ++part) {
        rows[i][part] = rows[i][part] * factors.rows[i][part] * factor;
      }
    }
  }
  // block += factor * other.
  SPLITBENCH_INLINE void add(float factor, const Block& other) {
    for (std::size_t i = 0; i < kSide; ++i) {
      for (std::size_t part = 0; part < kParts<Vector>; ++part) {
        Vector lanes;
        load(other.lanes + i * kSide + part * kWidthOf<Vector>, lanes);
        rows[i][part] += factor * lanes;
      }
    }
  }

  // The values of a map less `mean`; zeros outside the block.
  template <std::size_t kHeight, std::size_t kWidth>
  SPLITBENCH_INLINE void load_map(const float* map, std::size_t stride, float mean) {
    for (std::size_t y = 0; y < kHeight; ++y) {
      load_row<kWidth>(map + y * stride, mean, y + 1 == kHeight, rows[y]);
    }
    for (std::size_t y = kHeight; y < kSide; ++y) {
      for (Vector& part : rows[y]) part = Vector{};
    }
  }
  template <std::size_t kHeight, std::size_t kWidth>
  SPLITBENCH_INLINE void store_map(float* map, std::size_t stride) const {
    for (std::size_t y = 0; y < kHeight; ++y) store_row<kWidth>(rows[y], map + y * stride);
  }
};

SPLITBENCH_INLINE void transpose(BlockRows<Quad>& block) {
  BlockRows<Quad> turned;
  for (std::size_t half = 0; half < 2; ++half) {
    for (std::size_t part = 0; part < 2; ++part) {
      transpose_quads(&block.rows[4 * half][part], 2, &turned.rows[4 * part][half], 2);
    }
  }
  block = turned;
}
SPLITBENCH_INLINE void transpose(BlockRows<Oct>& block) {
  Oct pairs[kSide];
  Oct fours[kSide];
  for (std::size_t i = 0; i < kSide; i += 2) {
    const Oct& even = block.rows[i][0];
    const Oct& odd = block.rows[i + 1][0];
    pairs[i] = __builtin_shufflevector(even, odd, 0, 8, 1, 9, 4, 12, 5, 13);
    pairs[i + 1] = __builtin_shufflevector(even, odd, 2, 10, 3, 11, 6, 14, 7, 15);
  }
  for (std::size_t i = 0; i < kSide; i += 4) {
    for (std::size_t j = 0; j < 2; ++j) {
      const Oct& low = pairs[i + j];
      const Oct& high = pairs[i + j + 2];
      fours[i + 2 * j] = __builtin_shufflevector(low, high, 0, 1, 8, 9, 4, 5, 12, 13);
      fours[i + 2 * j + 1] = __builtin_shufflevector(low, high, 2, 3, 10, 11, 6, 7, 14, 15);
    }
  }
  for (std::size_t i = 0; i < 4; ++i) {
    block.rows[i][0] = __builtin_shufflevector(fours[i], fours[i + 4], 0, 1, 2, 3, 8, 9, 10, 11);
    block.rows[i + 4][0] =
        __builtin_shufflevector(fours[i], fours[i + 4], 4, 5, 6, 7, 12, 13, 14, 15);
  }
}

}  // namespace splitbench::disc
