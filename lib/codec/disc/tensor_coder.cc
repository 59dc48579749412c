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

// Calls visit(number among the coded channels, channel, row) in the order of blocks.
template <typename Visit>
void for_each_row_of_blocks(const Model& model, Visit visit) {
  const std::vector<ChannelModel>& channels = model.coded_channels();
  for (std::size_t row = 0; row < model.grid().rows.pieces(); ++row) {
    for (std::size_t i = 0; i < channels.size(); ++i) visit(i, channels[i], row);
  }
}

// What the decoder has of the channels in a row of blocks, in units of their steps, for those that
// are predicted from them.
class Predictor {
 public:
  explicit Predictor(const Model& model) : columns_(model.grid().columns.pieces()) {
    if (!model.predicts()) return;
    const std::size_t blocks = model.coded_channels().size() * columns_;
    decoded_.reset(new Block[blocks]);  // not initialised
    is_zero_.resize(blocks);
  }

  // Of the channel's parent in this column; null if it has none, or that is 0.
  const Block* of(const ChannelModel& channel, std::size_t column) const {
    if (channel.parent == ChannelModel::kNoParent) return nullptr;
    const std::size_t at = channel.parent * columns_ + column;
    return is_zero_[at] != 0 ? nullptr : &decoded_[at];
  }
  // Where to put what is decoded of a channel that is a parent; null if that is 0.
  Block* record(std::size_t channel, std::size_t column, bool is_zero) {
    const std::size_t at = channel * columns_ + column;
    is_zero_[at] = is_zero ? 1 : 0;
    return is_zero ? nullptr : &decoded_[at];
  }

 private:
  std::size_t columns_;
  std::unique_ptr<Block[]> decoded_;  // of channel and column; every parent before its children
  std::vector<std::uint8_t> is_zero_;
};

// What the decoder makes of the levels: see synthesise_block().
void decode_block(const BlockPlace& place, const AnalysedBlock& block, Block& decoded) {
  if (place.prediction == nullptr) {
    decoded = Block{};
  } else {
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      decoded.lanes[lane] = place.channel->slope * place.prediction->lanes[lane];
    }
  }
  for (std::uint64_t left = block.significant; left != 0; left &= left - 1) {
    const std::size_t lane = lowest_bit(left);
    decoded.lanes[lane] += place.model->point(block.levels.lanes[lane]);
  }
}

template <typename Visit>
void for_each_analysed_block(const Model& model, const float* values, Visit visit) {
  const BlockGrid& grid = model.grid();
  Predictor predictor(model);
  for_each_row_of_blocks(model, [&](std::size_t i, const ChannelModel& channel, std::size_t row) {
    const float* band = values + (channel.number * grid.height + grid.rows.start(row)) * grid.width;
    AnalysedBlock block;
    block.channel = &channel;
    for (std::size_t column = 0; column < grid.columns.pieces(); ++column) {
      const BlockPlace place = {&model, &channel, &model.scales(channel, row, column),
                                predictor.of(channel, column)};
      block.size = place.scales->size;
      block.significant =
          analyse_block(place, band + grid.columns.start(column), block.coefficients, block.levels);
      if (channel.is_parent) {
        const bool is_zero = block.significant == 0 && place.prediction == nullptr;
        Block* decoded = predictor.record(i, column, is_zero);
        if (decoded != nullptr) decode_block(place, block, *decoded);
      }
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

// Blocks on their way to the inverse transform. It loads them in wider pieces than their points are
// stored in, which would stall if it came at once.
class SynthesisQueue {
 public:
  explicit SynthesisQueue(const Model& model) : model_(model) {}

  // Takes the levels of the ranks from `level`; returns what follows.
  const std::int8_t* add(const BlockPlace& place, std::uint64_t ranks, const std::int8_t* level,
                         Block* decoded, float* map) {
    if (ranks == std::uint64_t{1} << place.channel->rank_of_lane[0] &&
        place.prediction == nullptr && decoded == nullptr && model_.transformed()) {
      fill_constant(place, model_.point(*level), map);
      return level + 1;
    }
    if (size_ == items_.size()) flush();
    Item& item = items_[size_++];
    item.place = place;
    item.decoded = decoded;
    item.map = map;
    item.points = Block{};
    for (; ranks != 0; ranks &= ranks - 1) {
      item.points.lanes[place.channel->lane_of_rank[lowest_bit(ranks)]] = model_.point(*level++);
    }
    return level;
  }

  void flush() {
    for (std::size_t i = 0; i < size_; ++i) {
      const Item& item = items_[i];
      synthesise_block(item.place, item.points, item.decoded, item.map);
    }
    size_ = 0;
  }

 private:
  struct Item {
    BlockPlace place;
    Block* decoded;
    float* map;
    Block points;
  };
  // What synthesise_block() makes of a block of a constant.
  void fill_constant(const BlockPlace& place, float point, float* map) const {
    const float value = point * place.scales->synthesis[0] * place.channel->step;
    fill_block(model_.limited(value + place.channel->mean), map, model_.grid().width,
               place.scales->size);
  }

  const Model& model_;
  std::array<Item, 8> items_;
  std::size_t size_ = 0;
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
  fill_with_means(model, values);
  const BlockGrid& grid = model.grid();
  const std::int8_t* level = tensor.levels.data();
  const std::uint64_t* mask = tensor.significant.data();
  Predictor predictor(model);
  SynthesisQueue queue(model);
  for_each_row_of_blocks(model, [&](std::size_t i, const ChannelModel& channel, std::size_t row) {
    float* band = values + (channel.number * grid.height + grid.rows.start(row)) * grid.width;
    for (std::size_t column = 0; column < grid.columns.pieces(); ++column) {
      const BlockPlace place = {&model, &channel, &model.scales(channel, row, column),
                                predictor.of(channel, column)};
      float* map = band + grid.columns.start(column);
      const std::uint64_t ranks = *mask++;
      const bool is_zero = ranks == 0 && place.prediction == nullptr;
      Block* decoded = channel.is_parent ? predictor.record(i, column, is_zero) : nullptr;
      if (is_zero) {
        fill_block(model.limited(channel.mean), map, grid.width, place.scales->size);
      } else {
        level = queue.add(place, ranks, level, decoded, map);
      }
    }
  });
  queue.flush();
}

}  // namespace splitbench::disc
