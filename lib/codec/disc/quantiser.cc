#include "codec/disc/quantiser.h"

#include "base/simd.h"

#ifdef __SSE2__  // every x86-64 has it
#include <emmintrin.h>
#endif
#if SPLITBENCH_MAY_HAVE_AVX2
#include <immintrin.h>
#endif

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <limits>

#include "codec/disc/block_dct.h"
#include "codec/disc/block_rows.h"

namespace splitbench::disc {
namespace {

SPLITBENCH_INLINE void split(const IntegerQuad& integers, IntegerQuad* quads) {
  quads[0] = integers;
}
SPLITBENCH_INLINE void split(const IntegerOct& integers, IntegerQuad* quads) {
  quads[0] = __builtin_shufflevector(integers, integers, 0, 1, 2, 3);
  quads[1] = __builtin_shufflevector(integers, integers, 4, 5, 6, 7);
}

// 16 levels from lane `first` on. Returns which are not 0.
SPLITBENCH_INLINE std::uint64_t narrow(const IntegerQuad* quads, Levels& levels,
                                       std::size_t first) {
#ifdef __SSE2__
  const auto integers = [&](std::size_t i) { return reinterpret_cast<__m128i>(quads[i]); };
  const __m128i low = _mm_packs_epi32(integers(0), integers(1));
  const __m128i high = _mm_packs_epi32(integers(2), integers(3));
  const __m128i narrowed = _mm_packs_epi16(low, high);
  std::memcpy(levels.lanes + first, &low, sizeof low);
  std::memcpy(levels.lanes + first + 8, &high, sizeof high);
  std::memcpy(levels.narrowed + first, &narrowed, sizeof narrowed);
  const int zeros = _mm_movemask_epi8(_mm_cmpeq_epi8(narrowed, _mm_setzero_si128()));
  return static_cast<std::uint16_t>(~zeros);
#else
  constexpr int kLowest = std::numeric_limits<std::int8_t>::min();
  constexpr int kHighest = std::numeric_limits<std::int8_t>::max();
  std::uint64_t significant = 0;
  for (std::size_t i = 0; i < 16; i += 8) {
    for (std::size_t j = i; j < i + 8; ++j) {
      const int level = quads[j / 4][j % 4];
      levels.lanes[first + j] = static_cast<Level>(level);
      levels.narrowed[first + j] = static_cast<std::int8_t>(level < kLowest    ? kLowest
                                                            : level > kHighest ? kHighest
                                                                               : level);
    }
    std::uint64_t eight = 0;
    std::memcpy(&eight, levels.narrowed + first + i, sizeof eight);
    // The top bit of every byte that is not 0, then these bits side by side.
    constexpr std::uint64_t kLow = 0x7f7f7f7f7f7f7f7f;
    const std::uint64_t tops = (((eight & kLow) + kLow) | eight) & ~kLow;
    significant |= (tops >> 7) * 0x0102040810204080 >> 56 << i;
  }
  return significant;
#endif
}

template <typename Vector>
SPLITBENCH_INLINE std::uint64_t quantise_rows(const BlockRows<Vector>& block, float rounding,
                                              float largest_level, Levels& levels) {
  using Integer = typename IntegersOf<Vector>::Type;
  const Vector highest = Vector{} + largest_level;
  const Vector lowest = -highest;
  const Integer roundings = reinterpret_cast<Integer>(Vector{} + rounding);
  const Integer signs = Integer{} + std::numeric_limits<std::int32_t>::min();
  std::uint64_t significant = 0;
  for (std::size_t row = 0; row < kSide; row += 2) {
    IntegerQuad quads[4];
    for (std::size_t i = 0; i < 2 * kParts<Vector>; ++i) {
      const Vector& value = block.rows[row + i / kParts<Vector>][i % kParts<Vector>];
      // Away from 0 by the rounding; the conversion then drops the fraction.
      const Integer sign = reinterpret_cast<Integer>(value) & signs;
      const Vector rounded = value + reinterpret_cast<Vector>(sign | roundings);
      const Vector raised = rounded > lowest ? rounded : lowest;
      const Vector clipped = raised < highest ? raised : highest;
      split(__builtin_convertvector(clipped, Integer), quads + i * kWidthOf<Vector> / 4);
    }
    significant |= narrow(quads, levels, row * kSide) << (row * kSide);
  }
  return significant;
}

template <std::size_t kHeight, std::size_t kWidth, typename Vector>
SPLITBENCH_INLINE void load_transformed(const float* map, std::size_t stride, float mean,
                                        BlockRows<Vector>& block) {
  block.template load_map<kHeight, kWidth>(map, stride, mean);
  transform_columns<Direction::kForward, kHeight>(block);
  transpose(block);
  transform_columns<Direction::kForward, kWidth>(block);
}

bool is_whole(const Model& model, const BlockSize& size) {
  return model.transformed() && size.height >= kSide - 1 && size.width >= kSide - 1;
}

template <typename Vector>
SPLITBENCH_INLINE void load_values(const Model& model, const BlockSize& size, float mean,
                                   const float* map, BlockRows<Vector>& block) {
  const std::size_t stride = model.grid().width;
  if (!is_whole(model, size)) {
    Block small;
    load_block(map, stride, size, mean, small);
    if (model.transformed()) forward_dct(small, size);
    block.load_block(small);
  } else if (size.height == kSide) {
    size.width == kSide ? load_transformed<8, 8>(map, stride, mean, block)
                        : load_transformed<8, 7>(map, stride, mean, block);
  } else {
    size.width == kSide ? load_transformed<7, 8>(map, stride, mean, block)
                        : load_transformed<7, 7>(map, stride, mean, block);
  }
}

template <typename Vector>
SPLITBENCH_INLINE std::uint64_t quantise_coefficients(const BlockPlace& place,
                                                      BlockRows<Vector>& block, Levels& levels) {
  BlockRows<Vector> factors;
  factors.load_lanes(place.scales->analysis.data());
  block.multiply(factors, place.channel->inverse_step);
  return quantise_rows(block, place.model->rounding(), place.model->largest_level(), levels);
}

template <typename Vector>
SPLITBENCH_INLINE void scale_rows(const BlockPlace& place, BlockRows<Vector>& block) {
  BlockRows<Vector> factors;
  factors.load_lanes(place.scales->synthesis.data());
  block.multiply(factors, place.channel->step);
}

template <std::size_t kHeight, std::size_t kWidth, typename Vector>
SPLITBENCH_INLINE void store_inverse(BlockRows<Vector>& block, const Model& model, float mean,
                                     float* map) {
  transform_columns<Direction::kInverse, kWidth>(block);
  transpose(block);
  transform_columns<Direction::kInverse, kHeight>(block);
  const Vector low = Vector{} + model.low();
  const Vector high = Vector{} + model.high();
  for (std::size_t y = 0; y < kHeight; ++y) {
    for (Vector& part : block.rows[y]) {
      const Vector value = part + mean;
      const Vector raised = value < low ? low : value;
      part = raised > high ? high : raised;
    }
  }
  block.template store_map<kHeight, kWidth>(map, model.grid().width);
}

template <typename Vector>
SPLITBENCH_INLINE void store_values(const Model& model, const BlockSize& size, float mean,
                                    BlockRows<Vector>& block, float* map) {
  if (!is_whole(model, size)) {
    Block small;
    block.store_block(small);
    if (model.transformed()) inverse_dct(small, size);
    store_block(small, mean, model.low(), model.high(), map, model.grid().width, size);
  } else if (size.height == kSide) {
    size.width == kSide ? store_inverse<8, 8>(block, model, mean, map)
                        : store_inverse<8, 7>(block, model, mean, map);
  } else {
    size.width == kSide ? store_inverse<7, 8>(block, model, mean, map)
                        : store_inverse<7, 7>(block, model, mean, map);
  }
}

// Every public function, for either kind of vector.
template <typename Vector>
struct Blocks {
  using Rows = BlockRows<Vector>;

  SPLITBENCH_INLINE static std::uint64_t quantise(const Block& block, float rounding,
                                                  float largest_level, Levels& levels) {
    Rows rows;
    rows.load_block(block);
    return quantise_rows(rows, rounding, largest_level, levels);
  }
  SPLITBENCH_INLINE static std::uint64_t analyse(const BlockPlace& place, float mean,
                                                 const float* map, Block& coefficients,
                                                 Levels& levels) {
    Rows block;
    load_values(*place.model, place.scales->size, mean, map, block);
    const std::uint64_t significant = quantise_coefficients(place, block, levels);
    block.store_block(coefficients);
    return significant;
  }
  SPLITBENCH_INLINE static void synthesise(const BlockPlace& place, float mean, const Block& points,
                                           float* map) {
    Rows block;
    block.load_block(points);
    scale_rows(place, block);
    store_values(*place.model, place.scales->size, mean, block, map);
  }
  SPLITBENCH_INLINE static void load_channels(const Model& model, const LaneScales& scales,
                                              const float* map, Block* channels) {
    const std::size_t map_size = model.grid().height * model.grid().width;
    for (const float mean : model.means()) {
      Rows block;
      load_values(model, scales.size, mean, map, block);
      block.store_block(*channels);
      map += map_size;
      ++channels;
    }
  }
  SPLITBENCH_INLINE static std::uint64_t quantise_component(const BlockPlace& place,
                                                            const Block* channels,
                                                            Block& coefficients, Levels& levels) {
    const std::size_t count = place.model->means().size();
    const float* factors = &place.model->mixing().analysis[place.channel->number * count];
    Rows sum{};
    for (std::size_t i = 0; i < count; ++i) sum.add(factors[i], channels[i]);
    const std::uint64_t significant = quantise_coefficients(place, sum, levels);
    sum.store_block(coefficients);
    return significant;
  }
  SPLITBENCH_INLINE static const Level* add_component(const BlockPlace& place, std::uint64_t ranks,
                                                      const Level* level, ChannelSums& sums) {
    static_assert(kMostMixedChannels == 4 * kSide);
    switch ((place.model->means().size() - 1) / kSide) {
      case 0:
        return add_component<1>(place, ranks, level, sums);
      case 1:
        return add_component<2>(place, ranks, level, sums);
      case 2:
        return add_component<3>(place, ranks, level, sums);
      default:
        return add_component<4>(place, ranks, level, sums);
    }
  }
  // Of up to 8 kEights channels.
  template <std::size_t kEights>
  SPLITBENCH_INLINE static const Level* add_component(const BlockPlace& place, std::uint64_t ranks,
                                                      const Level* level, ChannelSums& sums) {
    constexpr std::size_t kWidth = kWidthOf<Vector>;
    constexpr std::size_t kVectors = kEights * kSide / kWidth;
    const MixingColumn& column = place.model->synthesis_of(place.channel->number);
    Vector factors[kVectors];
    for (std::size_t i = 0; i < kVectors; ++i) load(&column[i * kWidth], factors[i]);
    for (; ranks != 0; ranks &= ranks - 1) {
      const std::uint8_t lane = place.channel->lane_of_rank[lowest_bit(ranks)];
      const float point = place.model->point(*level++);
      const float coefficient = point * place.scales->synthesis[lane] * place.channel->step;
      for (std::size_t i = 0; i < kVectors; ++i) {
        float* const sum = &sums.lanes[lane][i * kWidth];
        Vector channels;
        load(sum, channels);
        channels += coefficient * factors[i];
        store(channels, sum);
      }
    }
    return level;
  }
  SPLITBENCH_INLINE static void store_channels(const Model& model, const LaneScales& scales,
                                               const ChannelSums& sums, float* map) {
    const std::size_t map_size = model.grid().height * model.grid().width;
    const std::vector<float>& means = model.means();
    for (std::size_t first = 0; first < means.size(); first += kSide) {
      Block channels[kSide];
      turn_to_blocks(sums, first, channels);
      for (std::size_t i = 0; i < std::min(kSide, means.size() - first); ++i, map += map_size) {
        Rows block;
        block.load_block(channels[i]);
        store_values(model, scales.size, means[first + i], block, map);
      }
    }
  }
  // The sums of 8 channels from `first` on, as blocks.
  SPLITBENCH_INLINE static void turn_to_blocks(const ChannelSums& sums, std::size_t first,
                                               Block* channels) {
    for (std::size_t row = 0; row < kSide; ++row) {
      Rows turned;
      for (std::size_t i = 0; i < kSide; ++i) {
        for (std::size_t part = 0; part < kParts<Vector>; ++part) {
          load(&sums.lanes[row * kSide + i][first + part * kWidthOf<Vector>], turned.rows[i][part]);
        }
      }
      transpose(turned);
      for (std::size_t i = 0; i < kSide; ++i) {
        for (std::size_t part = 0; part < kParts<Vector>; ++part) {
          store(turned.rows[i][part], channels[i].lanes + row * kSide + part * kWidthOf<Vector>);
        }
      }
    }
  }
};

SPLITBENCH_AVX2 std::uint64_t quantise_with_avx2(const Block& block, float rounding,
                                                 float largest_level, Levels& levels) {
  return Blocks<Oct>::quantise(block, rounding, largest_level, levels);
}

SPLITBENCH_AVX2 std::uint64_t analyse_with_avx2(const BlockPlace& place, float mean,
                                                const float* map, Block& coefficients,
                                                Levels& levels) {
  return Blocks<Oct>::analyse(place, mean, map, coefficients, levels);
}

SPLITBENCH_AVX2 void synthesise_with_avx2(const BlockPlace& place, float mean, const Block& points,
                                          float* map) {
  Blocks<Oct>::synthesise(place, mean, points, map);
}

SPLITBENCH_AVX2 void load_with_avx2(const Model& model, const LaneScales& scales, const float* map,
                                    Block* channels) {
  Blocks<Oct>::load_channels(model, scales, map, channels);
}

SPLITBENCH_AVX2 std::uint64_t quantise_component_with_avx2(const BlockPlace& place,
                                                           const Block* channels,
                                                           Block& coefficients, Levels& levels) {
  return Blocks<Oct>::quantise_component(place, channels, coefficients, levels);
}

SPLITBENCH_AVX2 const Level* add_component_with_avx2(const BlockPlace& place, std::uint64_t ranks,
                                                     const Level* level, ChannelSums& sums) {
  return Blocks<Oct>::add_component(place, ranks, level, sums);
}

SPLITBENCH_AVX2 void store_channels_with_avx2(const Model& model, const LaneScales& scales,
                                              const ChannelSums& sums, float* map) {
  Blocks<Oct>::store_channels(model, scales, sums, map);
}

#if SPLITBENCH_MAY_HAVE_AVX2
// AVX2 picks bytes from 16: every byte of the result is looked for in each quarter of the levels.
SPLITBENCH_AVX2 std::uint64_t significant_with_avx2(const ChannelModel& channel,
                                                    const Levels& of_lanes) {
  constexpr std::size_t kQuarter = 16;
  constexpr std::size_t kHalf = 32;
  std::uint64_t significant = 0;
  for (std::size_t half = 0; half < kLanes; half += kHalf) {
    const __m256i lanes =
        _mm256_loadu_si256(reinterpret_cast<const __m256i*>(&channel.lane_of_rank[half]));
    __m256i sorted = _mm256_setzero_si256();
    for (std::size_t quarter = 0; quarter < kLanes; quarter += kQuarter) {
      const __m128i levels =
          _mm_load_si128(reinterpret_cast<const __m128i*>(of_lanes.narrowed + quarter));
      // Below 16 in this quarter only; others get the top bit, which picks 0.
      const __m256i place = _mm256_xor_si256(lanes, _mm256_set1_epi8(static_cast<char>(quarter)));
      const __m256i marked = _mm256_adds_epu8(place, _mm256_set1_epi8(0x70));
      const __m256i picked = _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(levels), marked);
      sorted = _mm256_or_si256(sorted, picked);
    }
    const int zeros = _mm256_movemask_epi8(_mm256_cmpeq_epi8(sorted, _mm256_setzero_si256()));
    significant |= std::uint64_t{~static_cast<std::uint32_t>(zeros)} << half;
  }
  return significant;
}
#endif

}  // namespace

std::uint64_t significant_ranks(const ChannelModel& channel, const Levels& levels,
                                std::uint64_t significant) {
#if SPLITBENCH_MAY_HAVE_AVX2
  if (has_avx2()) return significant_with_avx2(channel, levels);
#else
  static_cast<void>(levels);
#endif
  std::uint64_t ranks = 0;
  for (; significant != 0; significant &= significant - 1) {
    const std::size_t lane = lowest_bit(significant);
    ranks |= std::uint64_t{1} << channel.rank_of_lane[lane];
  }
  return ranks;
}

std::uint64_t quantise(const Block& block, float rounding, float largest_level, Levels& levels) {
  return has_avx2() ? quantise_with_avx2(block, rounding, largest_level, levels)
                    : Blocks<Quad>::quantise(block, rounding, largest_level, levels);
}

std::uint64_t analyse_block(const BlockPlace& place, float mean, const float* map,
                            Block& coefficients, Levels& levels) {
  return has_avx2() ? analyse_with_avx2(place, mean, map, coefficients, levels)
                    : Blocks<Quad>::analyse(place, mean, map, coefficients, levels);
}

void synthesise_block(const BlockPlace& place, float mean, const Block& points, float* map) {
  has_avx2() ? synthesise_with_avx2(place, mean, points, map)
             : Blocks<Quad>::synthesise(place, mean, points, map);
}

void load_channels(const Model& model, const LaneScales& scales, const float* map,
                   Block* channels) {
  has_avx2() ? load_with_avx2(model, scales, map, channels)
             : Blocks<Quad>::load_channels(model, scales, map, channels);
}

std::uint64_t quantise_component(const BlockPlace& place, const Block* channels,
                                 Block& coefficients, Levels& levels) {
  return has_avx2() ? quantise_component_with_avx2(place, channels, coefficients, levels)
                    : Blocks<Quad>::quantise_component(place, channels, coefficients, levels);
}

const Level* add_component(const BlockPlace& place, std::uint64_t ranks, const Level* level,
                           ChannelSums& sums) {
  return has_avx2() ? add_component_with_avx2(place, ranks, level, sums)
                    : Blocks<Quad>::add_component(place, ranks, level, sums);
}

void store_channels(const Model& model, const LaneScales& scales, const ChannelSums& sums,
                    float* map) {
  has_avx2() ? store_channels_with_avx2(model, scales, sums, map)
             : Blocks<Quad>::store_channels(model, scales, sums, map);
}

}  // namespace splitbench::disc
