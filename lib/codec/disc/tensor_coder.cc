#include "codec/disc/tensor_coder.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <memory>
#include <utility>
#include <vector>

#include "base/error.h"
#include "codec/disc/quantiser.h"

namespace splitbench::disc {
namespace {

std::size_t lowest_bit(std::uint64_t bits) {
  return static_cast<std::size_t>(__builtin_ctzll(bits));
}

// Calls visit(channel, row) in the order of blocks.
template <typename Visit>
void for_each_row_of_blocks(const Model& model, Visit visit) {
  for (std::size_t row = 0; row < model.grid().rows.pieces(); ++row) {
    for (const ChannelModel& channel : model.coded_channels()) visit(channel, row);
  }
}

BlockPlace place_of(const Model& model, const ChannelModel& channel, std::size_t row,
                    std::size_t column) {
  return {&model, &channel, &model.scales(channel, row, column)};
}

// The blocks of a row, of all channels or components, of which those of one column are together.
class BlockRow {
 public:
  explicit BlockRow(const Model& model)
      : channels_(model.means().size()),
        blocks_(new Block[channels_ * model.grid().columns.pieces()]) {}  // not initialised

  Block* column(std::size_t number) { return &blocks_[number * channels_]; }

 private:
  std::size_t channels_;
  std::unique_ptr<Block[]> blocks_;
};

void load_row(const Model& model, const float* values, std::size_t row, BlockRow& blocks) {
  const BlockGrid& grid = model.grid();
  const float* band = values + grid.rows.start(row) * grid.width;
  for (std::size_t channel = 0; channel < model.means().size(); ++channel) {
    for (std::size_t column = 0; column < grid.columns.pieces(); ++column) {
      load_coefficients(model, {grid.rows.size(row), grid.columns.size(column)},
                        model.means()[channel], band + grid.columns.start(column),
                        blocks.column(column)[channel]);
    }
    band += grid.height * grid.width;
  }
}

template <typename Visit>
void for_each_mixed_block(const Model& model, const float* values, Visit visit) {
  const BlockGrid& grid = model.grid();
  const std::size_t channels = model.means().size();
  PickedBlocks all;
  for (std::size_t i = 0; i < channels; ++i) all.add(i, kSide);
  BlockRow blocks(model);
  AnalysedBlock block;
  for (std::size_t row = 0; row < grid.rows.pieces(); ++row) {
    load_row(model, values, row, blocks);
    for (const ChannelModel& component : model.coded_channels()) {
      block.channel = &component;
      const float* factors = &model.mixing().analysis[component.number * channels];
      for (std::size_t column = 0; column < grid.columns.pieces(); ++column) {
        const BlockPlace place = place_of(model, component, row, column);
        block.size = place.scales->size;
        block.significant = quantise_sum(place, {factors, blocks.column(column), &all},
                                         block.coefficients, block.levels);
        visit(block);
      }
    }
  }
}

template <typename Visit>
void for_each_analysed_block(const Model& model, const float* values, Visit visit) {
  if (!model.mixing().empty()) {
    for_each_mixed_block(model, values, visit);
    return;
  }
  const BlockGrid& grid = model.grid();
  AnalysedBlock block;
  for_each_row_of_blocks(model, [&](const ChannelModel& channel, std::size_t row) {
    const float* band = values + (channel.number * grid.height + grid.rows.start(row)) * grid.width;
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

// Levels, as they come.
class LevelList {
 public:
  explicit LevelList(std::size_t expected) : levels_(expected + kLanes) {}

  // Room for those of a block.
  std::int8_t* next_block() {
    if (levels_.size() < count_ + kLanes) levels_.resize(2 * levels_.size());
    return &levels_[count_];
  }
  void took(std::size_t count) { count_ += count; }

  std::vector<std::int8_t> take() {
    levels_.resize(count_);
    return std::move(levels_);
  }

 private:
  std::vector<std::int8_t> levels_;
  std::size_t count_ = 0;
};

// The points of the levels of the ranks from `level` on, by lane; returns what follows.
const std::int8_t* put_points(const BlockPlace& place, std::uint64_t ranks,
                              const std::int8_t* level, Block& points) {
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
  const std::int8_t* add(const BlockPlace& place, std::uint64_t ranks, const std::int8_t* level,
                         float* map) {
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
  const std::int8_t* level = tensor.levels.data();
  const std::uint64_t* mask = tensor.significant.data();
  SynthesisQueue queue(model);
  for_each_row_of_blocks(model, [&](const ChannelModel& channel, std::size_t row) {
    float* band = values + (channel.number * grid.height + grid.rows.start(row)) * grid.width;
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

// Row by row: the components' points, then their scales, then every channel's sum of them.
class MixedSynthesis {
 public:
  MixedSynthesis(const Model& model, const QuantisedTensor& tensor)
      : model_(model),
        grid_(model.grid()),
        level_(tensor.levels.data()),
        mask_(tensor.significant.data()),
        points_(model),
        picked_(grid_.columns.pieces()) {}

  void run(float* values) {
    for (std::size_t row = 0; row < grid_.rows.pieces(); ++row) {
      read_points(row);
      scale();
      write_channels(row, values + grid_.rows.start(row) * grid_.width);
    }
  }

 private:
  void read_points(std::size_t row) {
    for (PickedBlocks& picked : picked_) picked.clear();
    places_.clear();
    for (const ChannelModel& component : model_.coded_channels()) {
      for (std::size_t column = 0; column < grid_.columns.pieces(); ++column) {
        const std::uint64_t ranks = *mask_++;
        if (ranks == 0) continue;
        Block& points = points_.column(column)[component.number];
        places_.push_back({place_of(model_, component, row, column), &points});
        level_ = put_points(places_.back().place, ranks, level_, points);
        picked_[column].add(component.number, rows_of(component, ranks));
      }
    }
  }

  // How many rows of lanes these ranks are in.
  static std::size_t rows_of(const ChannelModel& component, std::uint64_t ranks) {
    std::size_t rows = 0;
    for (; ranks != 0; ranks &= ranks - 1) {
      const std::size_t lane = component.lane_of_rank[lowest_bit(ranks)];
      rows = std::max(rows, lane / kSide + 1);
    }
    return rows;
  }

  // A step of its own: what was stored number by number is loaded in wider pieces.
  void scale() {
    for (const Points& points : places_) scale_points(points.place, *points.block);
  }

  void write_channels(std::size_t row, float* band) {
    const std::size_t channels = model_.means().size();
    for (std::size_t channel = 0; channel < channels; ++channel) {
      const float mean = model_.means()[channel];
      const float* factors = &model_.mixing().synthesis[channel * channels];
      for (std::size_t column = 0; column < grid_.columns.pieces(); ++column) {
        const BlockSize size = {grid_.rows.size(row), grid_.columns.size(column)};
        float* map = band + grid_.columns.start(column);
        if (picked_[column].empty()) {
          fill_block(model_.limited(mean), map, grid_.width, size);
        } else {
          store_sum(model_, size, mean, {factors, points_.column(column), &picked_[column]}, map);
        }
      }
      band += grid_.height * grid_.width;
    }
  }

  struct Points {
    BlockPlace place;
    Block* block;
  };

  const Model& model_;
  const BlockGrid& grid_;
  const std::int8_t* level_;
  const std::uint64_t* mask_;
  BlockRow points_;
  std::vector<Points> places_;        // of the row, that are not 0
  std::vector<PickedBlocks> picked_;  // of each column
};

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
    Levels sorted;
    const std::uint64_t ranks =
        sort_levels(*block.channel, block.levels, block.significant, sorted);
    tensor.significant.push_back(ranks);
    std::int8_t* const levels = list.next_block();
    std::int8_t* level = levels;
    for (std::uint64_t left = ranks; left != 0; left &= left - 1) {
      *level++ = sorted.lanes[lowest_bit(left)];
    }
    list.took(static_cast<std::size_t>(level - levels));
  });
  tensor.levels = list.take();
  return tensor;
}

void synthesise(const Model& model, const QuantisedTensor& tensor, float* values) {
  if (!model.mixing().empty()) {
    MixedSynthesis(model, tensor).run(values);
    return;
  }
  fill_with_means(model, values);
  synthesise_apart(model, tensor, values);
}

}  // namespace splitbench::disc
