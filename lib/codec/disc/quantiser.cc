#include "codec/disc/quantiser.h"

#ifdef __SSE2__  // every x86-64 has it
#include <emmintrin.h>
#endif

#include <array>
#include <cstring>
#include <limits>

namespace splitbench::disc {
namespace {

using Quad = float __attribute__((vector_size(16)));
using IntegerQuad = std::int32_t __attribute__((vector_size(16)));
constexpr std::size_t kQuad = 4;

// 16 numbers in [-128, 127] as bytes.
inline void narrow(const std::array<IntegerQuad, 4>& wide, std::int8_t* bytes) {
#ifdef __SSE2__
  const auto integers = [&](std::size_t i) { return reinterpret_cast<__m128i>(wide[i]); };
  const __m128i narrowed = _mm_packs_epi16(_mm_packs_epi32(integers(0), integers(1)),
                                           _mm_packs_epi32(integers(2), integers(3)));
  std::memcpy(bytes, &narrowed, sizeof narrowed);
#else
  for (std::size_t i = 0; i < wide.size() * kQuad; ++i) {
    bytes[i] = static_cast<std::int8_t>(wide[i / kQuad][i % kQuad]);
  }
#endif
}

}  // namespace

void transform_block(const Model& model, const ChannelModel& channel, BlockSize size,
                     const float* map, Block& block) {
  load_block(map, model.grid().width, size, channel.mean, block);
  if (model.transformed()) forward_dct(block, size);
}

void multiply(Block& block, const std::array<float, kLanes>& factors, float factor) {
  for (std::size_t lane = 0; lane < kLanes; ++lane) {
    block.lanes[lane] = block.lanes[lane] * factors[lane] * factor;
  }
}

void add_multiple(Block& block, float factor, const Block& other) {
  for (std::size_t lane = 0; lane < kLanes; ++lane) {
    block.lanes[lane] += factor * other.lanes[lane];
  }
}

void quantise(const Block& block, float rounding, float largest_level, Levels& levels) {
  const Quad highest = Quad{} + largest_level;
  const Quad lowest = -highest;
  const IntegerQuad roundings = reinterpret_cast<IntegerQuad>(Quad{} + rounding);
  const IntegerQuad signs = IntegerQuad{} + std::numeric_limits<std::int32_t>::min();
  for (std::size_t lane = 0; lane < kLanes; lane += 4 * kQuad) {
    std::array<IntegerQuad, 4> quantised;
    for (std::size_t i = 0; i < quantised.size(); ++i) {
      Quad value;
      std::memcpy(&value, block.lanes + lane + i * kQuad, sizeof value);
      // Away from 0 by the rounding; the conversion then drops the fraction.
      const IntegerQuad sign = reinterpret_cast<IntegerQuad>(value) & signs;
      const Quad rounded = value + reinterpret_cast<Quad>(sign | roundings);
      const Quad raised = rounded > lowest ? rounded : lowest;
      const Quad clipped = raised < highest ? raised : highest;
      quantised[i] = __builtin_convertvector(clipped, IntegerQuad);
    }
    narrow(quantised, levels.lanes + lane);
  }
}

std::uint64_t sort_levels(const ChannelModel& channel, const Levels& levels,
                          std::vector<QuantisedTensor::Block>& blocks) {
  std::array<std::uint64_t, kLanes / 8> eights;
  std::memcpy(eights.data(), levels.lanes, sizeof levels.lanes);
  std::uint64_t lanes = 0;
  for (std::size_t i = 0; i < eights.size(); ++i) {
    // The top bit of every byte that is not 0, then these bits side by side.
    constexpr std::uint64_t kLow = 0x7f7f7f7f7f7f7f7f;
    const std::uint64_t tops = (((eights[i] & kLow) + kLow) | eights[i]) & ~kLow;
    lanes |= (tops >> 7) * 0x0102040810204080 >> 56 << (8 * i);
  }
  if (lanes == 0) return 0;

  blocks.emplace_back();
  QuantisedTensor::Block& ranked = blocks.back();
  std::uint64_t significant = 0;
  for (; lanes != 0; lanes &= lanes - 1) {
    const auto lane = static_cast<std::size_t>(__builtin_ctzll(lanes));
    const std::uint8_t rank = channel.rank_of_lane[lane];
    significant |= std::uint64_t{1} << rank;
    ranked[rank] = levels.lanes[lane];
  }
  return significant;
}

}  // namespace splitbench::disc
