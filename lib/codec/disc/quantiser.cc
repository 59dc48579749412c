#include "codec/disc/quantiser.h"

#include <array>
#include <cmath>
#include <cstring>

namespace splitbench::disc {

void transform_block(const Model& model, const ChannelModel& channel, BlockSize size,
                     const float* map, Block& block) {
  load_block(map, model.grid().width, size, channel.mean, block);
  if (model.transformed()) forward_dct(block, size);
}

void quantise(const Block& block, const Block& inverse_steps, float rounding, float largest_level,
              Levels& levels) {
  // In steps, away from 0 by the rounding; then the fraction is dropped.
  for (std::size_t lane = 0; lane < kLanes; ++lane) {
    const float value = block.lanes[lane] * inverse_steps.lanes[lane];
    const float rounded = value + std::copysign(rounding, value);
    const float raised = rounded > -largest_level ? rounded : -largest_level;
    const float clipped = raised < largest_level ? raised : largest_level;
    levels.lanes[lane] = static_cast<std::int8_t>(static_cast<std::int32_t>(clipped));
  }
}

std::uint64_t sort_levels(const ChannelModel& channel, const Levels& levels,
                          std::vector<RankedLevels>& levels_by_rank) {
  std::array<std::uint64_t, kLanes / 8> eights;
  std::memcpy(eights.data(), levels.lanes, sizeof levels.lanes);
  std::uint64_t any = 0;
  for (const std::uint64_t eight : eights) any |= eight;
  if (any == 0) return 0;

  levels_by_rank.emplace_back();
  RankedLevels& ranked = levels_by_rank.back();
  for (std::size_t rank = 0; rank < kLanes; ++rank) {
    ranked.levels[rank] = levels.lanes[channel.lane_of_rank[rank]];
  }
  std::memcpy(eights.data(), ranked.levels.data(), sizeof ranked.levels);
  std::uint64_t significant = 0;
  for (std::size_t i = 0; i < eights.size(); ++i) {
    // The top bit of every byte that is not 0, then these bits side by side.
    constexpr std::uint64_t kLow = 0x7f7f7f7f7f7f7f7f;
    const std::uint64_t tops = (((eights[i] & kLow) + kLow) | eights[i]) & ~kLow;
    significant |= (tops >> 7) * 0x0102040810204080 >> 56 << (8 * i);
  }
  return significant;
}

}  // namespace splitbench::disc
