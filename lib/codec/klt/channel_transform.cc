#include "codec/klt/channel_transform.h"

#include <algorithm>
#include <type_traits>

#include "base/simd.h"
#include "codec/klt/lanes.h"

namespace splitbench::klt {
namespace {

// Rows of a matrix, times factors, are summed up in registers, so many vectors of them at a time.
constexpr std::size_t kVectorsAtOnce = 8;

// sums[0 .. kVectors) = the sum of factors[i] * rows[i * stride ..] over i < count.
template <std::size_t kVectors>
SPLITBENCH_INLINE void sum_rows(const float* rows, std::size_t stride, const float* factors,
                                std::size_t count, float* sums) {
  Lanes totals[kVectors] = {};
  for (std::size_t i = 0; i < count; ++i, rows += stride) {
    for (std::size_t v = 0; v < kVectors; ++v) {
      Lanes row;
      load_lanes(rows + v * kLanes, row);
      totals[v] += factors[i] * row;
    }
  }
  for (std::size_t v = 0; v < kVectors; ++v) store_lanes(totals[v], sums + v * kLanes);
}

// The same of rows that are picked: rows[picked[i] * stride ..].
template <std::size_t kVectors>
SPLITBENCH_INLINE void sum_picked_rows(const float* rows, std::size_t stride,
                                       const std::size_t* picked, const float* factors,
                                       std::size_t count, float* sums) {
  Lanes totals[kVectors] = {};
  for (std::size_t i = 0; i < count; ++i) {
    const float* from = rows + picked[i] * stride;
    for (std::size_t v = 0; v < kVectors; ++v) {
      Lanes row;
      load_lanes(from + v * kLanes, row);
      totals[v] += factors[i] * row;
    }
  }
  for (std::size_t v = 0; v < kVectors; ++v) store_lanes(totals[v], sums + v * kLanes);
}

// Calls sum(std::integral_constant of the number of vectors, first lane) for `lanes` lanes, as many
// at once as possible.
template <typename Sum>
SPLITBENCH_INLINE void for_each_panel(std::size_t lanes, Sum sum) {
  std::size_t lane = 0;
  for (; lane + kVectorsAtOnce * kLanes <= lanes; lane += kVectorsAtOnce * kLanes) {
    sum(std::integral_constant<std::size_t, kVectorsAtOnce>(), lane);
  }
  for (; lane + 4 * kLanes <= lanes; lane += 4 * kLanes) {
    sum(std::integral_constant<std::size_t, 4>(), lane);
  }
  for (; lane < lanes; lane += kLanes) sum(std::integral_constant<std::size_t, 1>(), lane);
}

SPLITBENCH_SIMD_CLONES
void multiply(const float* matrix, std::size_t stride, const float* factors, std::size_t rows,
              std::size_t lanes, float* sums) {
  for_each_panel(lanes, [&](auto vectors, std::size_t lane) {
    sum_rows<decltype(vectors)::value>(matrix + lane, stride, factors, rows, sums + lane);
  });
}

SPLITBENCH_SIMD_CLONES
void multiply_picked(const float* matrix, std::size_t stride, const std::size_t* picked,
                     const float* factors, std::size_t count, std::size_t lanes, float* sums) {
  for_each_panel(lanes, [&](auto vectors, std::size_t lane) {
    sum_picked_rows<decltype(vectors)::value>(matrix + lane, stride, picked, factors, count,
                                              sums + lane);
  });
}

}  // namespace

ChannelTransform::ChannelTransform(const ChannelBasis& basis, std::size_t channels)
    : channels_(channels),
      lanes_(padded_lanes(channels)),
      rank_(basis.rank),
      analysis_(channels * padded_lanes(basis.rank)),
      synthesis_(basis.rank * lanes_) {
  for (std::size_t k = 0; k < rank_; ++k) {
    for (std::size_t c = 0; c < channels; ++c) {
      analysis_[c * padded_lanes(rank_) + k] = basis.analysis[k * channels + c];
    }
    std::copy_n(&basis.synthesis[k * channels], channels, &synthesis_[k * lanes_]);
  }
}

void ChannelTransform::forward(const float* values, std::size_t count, float* components) const {
  multiply(analysis_.data(), padded_lanes(rank_), values, channels_, padded_lanes(count),
           components);
}

void ChannelTransform::inverse(const std::size_t* component, const float* amplitude,
                               std::size_t count, float* values) const {
  multiply_picked(synthesis_.data(), lanes_, component, amplitude, count, lanes_, values);
}

}  // namespace splitbench::klt
