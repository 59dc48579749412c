#include "codec/disc/tensor_coder.h"

#include <algorithm>
#include <cstring>

#include "base/error.h"
#include "codec/disc/quantiser.h"

namespace splitbench::disc {
namespace {

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
    decoded_.resize(model.coded_channels().size() * columns_);
    is_zero_.resize(decoded_.size(), true);
  }

  // Of the channel's parent in this column; null if it has none, or that is 0.
  const Block* of(const ChannelModel& channel, std::size_t column) const {
    if (channel.parent == ChannelModel::kNoParent) return nullptr;
    const std::size_t at = channel.parent * columns_ + column;
    return is_zero_[at] ? nullptr : &decoded_[at];
  }
  // Of a channel that is a parent; null stands for 0.
  void record(std::size_t channel, std::size_t column, const Block* block) {
    const std::size_t at = channel * columns_ + column;
    is_zero_[at] = block == nullptr;
    if (block != nullptr) decoded_[at] = *block;
  }

 private:
  std::size_t columns_;
  std::vector<Block> decoded_;  // of channel and column
  std::vector<bool> is_zero_;
};

// What the decoder makes of the levels: see synthesise().
void record_decoded(const Model& model, const ChannelModel& channel, std::size_t number,
                    std::size_t column, const Levels& levels, Predictor& predictor) {
  Block decoded;
  bool is_zero = true;
  for (std::size_t lane = 0; lane < kLanes; ++lane) {
    decoded.lanes[lane] = model.point(levels.lanes[lane]);
    is_zero = is_zero && levels.lanes[lane] == 0;
  }
  const Block* prediction = predictor.of(channel, column);
  if (prediction != nullptr) add_multiple(decoded, channel.slope, *prediction);
  predictor.record(number, column, is_zero && prediction == nullptr ? nullptr : &decoded);
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
      const LaneScales& scales = model.scales(row, column);
      block.size = scales.size;
      transform_block(model, channel, scales.size, band + grid.columns.start(column),
                      block.coefficients);
      multiply(block.coefficients, scales.analysis, channel.inverse_step);
      const Block* prediction = predictor.of(channel, column);
      if (prediction != nullptr) add_multiple(block.coefficients, -channel.slope, *prediction);
      quantise(block.coefficients, model.rounding(), model.largest_level(), block.levels);
      if (channel.is_parent) record_decoded(model, channel, i, column, block.levels, predictor);
      visit(block);
    }
  });
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
  const std::size_t blocks = model.coded_channels().size() * model.grid().blocks();
  QuantisedTensor tensor;
  tensor.significant.reserve(blocks);
  tensor.blocks.reserve(blocks);
  for_each_analysed_block(model, values, [&](const AnalysedBlock& block) {
    tensor.significant.push_back(sort_levels(*block.channel, block.levels, tensor.blocks));
  });
  return tensor;
}

void synthesise(const Model& model, const SparseTensor& tensor, float* values) {
  const BlockGrid& grid = model.grid();
  const std::size_t map_size = grid.height * grid.width;
  for (std::size_t channel = 0; channel < model.means().size(); ++channel) {
    if (!model.is_coded(channel)) {
      std::fill_n(values + channel * map_size, map_size, model.limited(model.means()[channel]));
    }
  }
  const std::int8_t* level = tensor.levels.data();
  const std::uint64_t* mask = tensor.significant.data();
  Predictor predictor(model);
  for_each_row_of_blocks(model, [&](std::size_t i, const ChannelModel& channel, std::size_t row) {
    float* band = values + (channel.number * grid.height + grid.rows.start(row)) * grid.width;
    for (std::size_t column = 0; column < grid.columns.pieces(); ++column) {
      const LaneScales& scales = model.scales(row, column);
      float* map = band + grid.columns.start(column);
      const Block* prediction = predictor.of(channel, column);
      std::uint64_t left = *mask++;
      if (left == 0 && prediction == nullptr) {
        if (channel.is_parent) predictor.record(i, column, nullptr);
        fill_block(model.limited(channel.mean), map, grid.width, scales.size);
        continue;
      }
      Block block{};
      const bool predictive = prediction != nullptr || channel.is_parent;
      for (; left != 0; left &= left - 1) {
        const std::size_t lane =
            channel.lane_of_rank[static_cast<std::size_t>(__builtin_ctzll(left))];
        const float point = model.point(*level++);
        block.lanes[lane] = predictive ? point : point * scales.synthesis[lane] * channel.step;
      }
      if (predictive) {
        if (prediction != nullptr) add_multiple(block, channel.slope, *prediction);
        if (channel.is_parent) predictor.record(i, column, &block);
        multiply(block, scales.synthesis, channel.step);
      }
      if (model.transformed()) inverse_dct(block, scales.size);
      store_block(block, channel.mean, model.low(), model.high(), map, grid.width, scales.size);
    }
  });
}

}  // namespace splitbench::disc
