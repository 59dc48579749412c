#include "codec/disc/tensor_coder.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <utility>
#include <vector>

#include "base/error.h"
#include "codec/disc/block_order.h"
#include "codec/disc/quantiser.h"

namespace splitbench::disc {
namespace {

BlockPlace place_of(const Model& model, const ChannelModel& channel, std::size_t row,
                    std::size_t column) {
  return {&model, &channel, &model.scales(row, column)};
}

// The first value of a row of blocks in a channel's map.
template <typename Value>
Value* band_of(const BlockGrid& grid, Value* values, std::size_t channel, std::size_t row) {
  return values + (channel * grid.height + grid.rows.start(row)) * grid.width;
}

template <typename Visit>
void for_each_mixed_block(const Model& model, const float* values, Visit visit) {
  std::array<Block, kMostMixedChannels> channels;
  const BlockGrid& grid = model.grid();
  AnalysedBlock block;
  for (std::size_t row = 0; row < grid.rows.pieces(); ++row) {
    for (std::size_t column = 0; column < grid.columns.pieces(); ++column) {
      const LaneScales& scales = model.scales(row, column);
      load_channels(model, scales, band_of(grid, values, 0, row) + grid.columns.start(column),
                    channels.data());
      block.size = scales.size;
      for (const ChannelModel& component : model.coded_channels()) {
        block.channel = &component;
        block.significant = quantise_component({&model, &component, &scales}, channels.data(),
                                               block.coefficients, block.levels);
        visit(block);
      }
    }
  }
}

template <typename Visit>
void for_each_block_apart(const Model& model, const float* values, Visit visit) {
  const BlockGrid& grid = model.grid();
  AnalysedBlock block;
  for_each_row_of_blocks(model, [&](const ChannelModel& channel, std::size_t row) {
    const float* band = band_of(grid, values, channel.number, row);
    block.channel = &channel;
    for (std::size_t column = 0; column < grid.columns.pieces(); ++column) {
      const BlockPlace place = place_of(model, channel, row, column);
      block.size = place.scales->size;
      block.significant =
          analyse_block(place, model.means()[channel.number], band + grid.columns.start(column),
                        block.coefficients, block.levels);
      visit(block);
    }
  });
}

template <typename Visit>
void for_each_analysed_block(const Model& model, const float* values, Visit visit) {
  if (model.mixing().empty()) {
    for_each_block_apart(model, values, visit);
  } else {
    for_each_mixed_block(model, values, visit);
  }
}

// Levels, as they come.
class LevelList {
 public:
  explicit LevelList(std::size_t expected) : levels_(expected + kLanes) {}

  // Room for those of a block.
  Level* next_block() {
    if (levels_.size() < count_ + kLanes) levels_.resize(2 * levels_.size());
    return &levels_[count_];
  }
  void took(std::size_t count) { count_ += count; }

  std::vector<Level> take() {
    levels_.resize(count_);
    return std::move(levels_);
  }

 private:
  std::vector<Level> levels_;
  std::size_t count_ = 0;
};

// The points of the levels of the ranks from `level` on, by lane; returns what follows.
const Level* put_points(const BlockPlace& place, std::uint64_t ranks, const Level* level,
                        Block& points) {
  points = Block{};
  for (; ranks != 0; ranks &= ranks - 1) {
    points.lanes[place.channel->lane_of_rank[lowest_bit(ranks)]] = place.model->point(*level++);
  }
  return level;
}

// Blocks on their way to the inverse transform. It loads them in wider pieces than their points are
// stored in, which would stall if it came at once.
class SynthesisQueue {
 public:
  explicit SynthesisQueue(const Model& model) : model_(model) {}

  // Takes the levels of the ranks from `level`; returns what follows.
  const Level* add(const BlockPlace& place, std::uint64_t ranks, const Level* level, float* map) {
    if (ranks == std::uint64_t{1} << place.channel->rank_of_lane[0] && model_.transformed()) {
      fill_constant(place, model_.point(*level), map);
      return level + 1;
    }
    if (size_ == items_.size()) flush();
    Item& item = items_[size_++];
    item.place = place;
    item.map = map;
    return put_points(place, ranks, level, item.points);
  }

  void flush() {
    for (std::size_t i = 0; i < size_; ++i) {
      const Item& item = items_[i];
      synthesise_block(item.place, model_.means()[item.place.channel->number], item.points,
                       item.map);
    }
    size_ = 0;
  }

 private:
  struct Item {
    BlockPlace place;
    float* map;
    Block points;
  };
  // What synthesise_block() makes of a block of a constant.
  void fill_constant(const BlockPlace& place, float point, float* map) const {
    const float value = point * place.scales->synthesis[0] * place.channel->step;
    fill_block(model_.limited(value + model_.means()[place.channel->number]), map,
               model_.grid().width, place.scales->size);
  }

  const Model& model_;
  std::array<Item, 8> items_;
  std::size_t size_ = 0;
};

void synthesise_apart(const Model& model, const QuantisedTensor& tensor, float* values) {
  const BlockGrid& grid = model.grid();
  const Level* level = tensor.levels.data();
  const std::uint64_t* mask = tensor.significant.data();
  SynthesisQueue queue(model);
  for_each_row_of_blocks(model, [&](const ChannelModel& channel, std::size_t row) {
    float* band = band_of(grid, values, channel.number, row);
    for (std::size_t column = 0; column < grid.columns.pieces(); ++column) {
      const BlockPlace place = place_of(model, channel, row, column);
      float* map = band + grid.columns.start(column);
      const std::uint64_t ranks = *mask++;
      if (ranks == 0) {
        fill_block(model.limited(model.means()[channel.number]), map, grid.width,
                   place.scales->size);
      } else {
        level = queue.add(place, ranks, level, map);
      }
    }
  });
  queue.flush();
}

void synthesise_mixed(const Model& model, const QuantisedTensor& tensor, float* values) {
  const BlockGrid& grid = model.grid();
  const Level* level = tensor.levels.data();
  const std::uint64_t* mask = tensor.significant.data();
  ChannelSums sums;
  for (std::size_t row = 0; row < grid.rows.pieces(); ++row) {
    for (std::size_t column = 0; column < grid.columns.pieces(); ++column) {
      const LaneScales& scales = model.scales(row, column);
      sums = {};
      for (const ChannelModel& component : model.coded_channels()) {
        level = add_component({&model, &component, &scales}, *mask++, level, sums);
      }
      store_channels(model, scales, sums,
                     band_of(grid, values, 0, row) + grid.columns.start(column));
    }
  }
}

// The channels that are not coded.
void fill_with_means(const Model& model, float* values) {
  const std::size_t map_size = model.grid().height * model.grid().width;
  for (std::size_t channel = 0; channel < model.means().size(); ++channel) {
    if (model.is_coded(channel)) continue;
    std::fill_n(values + channel * map_size, map_size, model.limited(model.means()[channel]));
  }
}

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

void analyse_blocks(const Model& model, const float* values,
                    const std::function<void(const AnalysedBlock&)>& visit) {
  for_each_analysed_block(model, values, visit);
}

QuantisedTensor analyse(const Model& model, const float* values) {
  constexpr std::size_t kUsualLevels = 8;  // of a block
  const std::size_t blocks = model.coded_channels().size() * model.grid().blocks();
  QuantisedTensor tensor;
  tensor.significant.reserve(blocks);
  LevelList list(kUsualLevels * blocks);
  for_each_analysed_block(model, values, [&](const AnalysedBlock& block) {
    const std::uint64_t ranks = significant_ranks(*block.channel, block.levels, block.significant);
    tensor.significant.push_back(ranks);
    Level* const levels = list.next_block();
    Level* level = levels;
    for (std::uint64_t left = ranks; left != 0; left &= left - 1) {
      *level++ = block.levels.lanes[block.channel->lane_of_rank[lowest_bit(left)]];
    }
    list.took(static_cast<std::size_t>(level - levels));
  });
  tensor.levels = list.take();
  return tensor;
}

void synthesise(const Model& model, const QuantisedTensor& tensor, float* values) {
  if (!model.mixing().empty()) {
    synthesise_mixed(model, tensor, values);
    return;
  }
  fill_with_means(model, values);
  synthesise_apart(model, tensor, values);
}

}  // namespace splitbench::disc
