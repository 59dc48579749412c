#include "codec/disc/tensor_coder.h"

#include <algorithm>
#include <cstring>

#include "base/error.h"
#include "codec/disc/quantiser.h"

namespace splitbench::disc {
namespace {

// Calls visit(block row, block column, offset of its first value in the map).
template <typename Visit>
void for_each_block(const BlockGrid& grid, Visit visit) {
  for (std::size_t row = 0; row < grid.rows.pieces(); ++row) {
    for (std::size_t column = 0; column < grid.columns.pieces(); ++column) {
      visit(row, column, grid.rows.start(row) * grid.width + grid.columns.start(column));
    }
  }
}

// The steps of one channel's lanes, for the size of block that was last asked for.
class StepsOfSizes {
 public:
  const Block& of(const LaneScales& scales, const std::array<float, kLanes>& factors, float step) {
    if (scales_ != &scales) {
      scales_ = &scales;
      for (std::size_t lane = 0; lane < kLanes; ++lane) steps_.lanes[lane] = step * factors[lane];
    }
    return steps_;
  }

 private:
  const LaneScales* scales_ = nullptr;
  Block steps_;
};

}  // namespace

void require_finite(const Tensor& tensor) {
  constexpr std::uint32_t kExponent = 0x7f800000;
  const auto* values = tensor.as<float>();
  std::uint32_t non_finite = 0;
  for (std::size_t i = 0; i < tensor.elements(); ++i) {
    std::uint32_t bits = 0;
    std::memcpy(&bits, values + i, sizeof bits);
    non_finite |= (bits & kExponent) == kExponent ? 1U : 0U;
  }
  if (non_finite != 0) {
    throw bad_input("the tensor holds NaN or infinity, which cannot be quantised; use raw or zstd");
  }
}

QuantisedTensor analyse(const Model& model, const float* values) {
  const BlockGrid& grid = model.grid();
  QuantisedTensor tensor(model);
  SignificanceMap& significant = tensor.significant;
  const std::vector<ChannelModel>& channels = model.coded_channels();
  for (std::size_t i = 0; i < channels.size(); ++i) {
    const ChannelModel& channel = channels[i];
    const float* map = values + channel.number * grid.height * grid.width;
    StepsOfSizes inverse_steps;
    for_each_block(grid, [&](std::size_t row, std::size_t column, std::size_t offset) {
      const LaneScales& scales = model.scales(row, column);
      const Block& steps = inverse_steps.of(scales, scales.analysis, channel.inverse_step);
      Block block;
      transform_block(model, channel, scales.size, map + offset, block);
      Levels levels;
      quantise(block, steps, model.rounding(), model.largest_level(), levels);
      significant[significant.index(i, row, column)] =
          sort_levels(channel, levels, tensor.levels);
    });
  }
  return tensor;
}

void synthesise(const Model& model, const SparseTensor& tensor, float* values) {
  const BlockGrid& grid = model.grid();
  const std::size_t map_size = grid.height * grid.width;
  const std::vector<ChannelModel>& channels = model.coded_channels();
  const SignificanceMap& significant = tensor.significant;
  const std::int8_t* level = tensor.levels.data();
  for (std::size_t i = 0, number = 0; number < model.means().size(); ++number) {
    float* map = values + number * map_size;
    const float mean = std::clamp(model.means()[number], model.low(), model.high());
    if (i == channels.size() || channels[i].number != number) {
      std::fill_n(map, map_size, mean);
      continue;
    }
    const ChannelModel& channel = channels[i];
    StepsOfSizes channel_steps;
    for_each_block(grid, [&](std::size_t row, std::size_t column, std::size_t offset) {
      const LaneScales& scales = model.scales(row, column);
      std::uint64_t left = significant[significant.index(i, row, column)];
      if (left == 0) {
        fill_block(mean, map + offset, grid.width, scales.size);
        return;
      }
      const Block& steps = channel_steps.of(scales, scales.synthesis, channel.step);
      Block block{};
      for (; left != 0; left &= left - 1) {
        const std::size_t lane =
            channel.lane_of_rank[static_cast<unsigned>(__builtin_ctzll(left))];
        block.lanes[lane] = model.point(*level++) * steps.lanes[lane];
      }
      if (model.transformed()) inverse_dct(block, scales.size);
      store_block(block, channel.mean, model.low(), model.high(), map + offset, grid.width,
                  scales.size);
    });
    ++i;
  }
}

}  // namespace splitbench::disc
