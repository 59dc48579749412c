// What disc has learnt in calibration: steps, means and statistics, as bytes and ready for use.
//
// Lanes are the 64 places of a block (codec/disc/block_transform.h). A model is immutable and may
// be shared by threads. codec/disc/README.md says what the numbers mean and how they are chosen.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/bytes.h"
#include "codec/disc/block_grid.h"
#include "codec/disc/block_transform.h"
#include "codec/disc/channel_mixing.h"
#include "codec/disc/symbol_tables.h"

namespace splitbench::disc {

// Classes of coefficients, by half octaves of their mean quantised magnitude.
constexpr std::size_t kClasses = kExpectations;
// Magnitudes that have a calibrated reconstruction point: 1 to this.
constexpr std::size_t kPoints = 3;
constexpr std::size_t kGroupLanes = 4;
constexpr std::size_t kGroups = kLanes / kGroupLanes;
constexpr float kMaxStep = 1e18F;  // and 1 / kMaxStep the least
constexpr float kMaxLaneStep = 1e4F;

// Floats of the calibration are kept with the 16 high bits of their float32.
using Half = std::uint16_t;
Half to_half(double value);
float from_half(Half half);

// The shipped numbers, as they are in the calibration.
struct Parameters {
  bool transformed = false;
  std::uint8_t states = 1;  // of the entropy coder: 1, 2, 4 or 8
  Level largest_level = 1;  // quantised magnitudes are clipped to it
  float rounding = 0.5F;    // added to a magnitude before its fraction is dropped
  float low = 0;            // range of the decoded values
  float high = 0;
  std::array<float, kPoints> points{};    // reconstruction of the magnitudes 1, 2, ...
  std::array<Half, kLanes> lane_steps{};  // quantiser step of a lane, relative to its channel's
  std::array<std::uint8_t, kClasses> significance{};  // of a class: how often not 0, of 255
  std::vector<Half> means;                            // of each channel
  // What follows is of components in place of channels where channels are mixed.
  ChannelMixing mixing;
  std::vector<Half> steps;            // of each channel; 0: not coded
  std::vector<std::uint8_t> classes;  // of each channel and lane
  SymbolWeights weights = equal_weights();
};

Bytes write_parameters(const Parameters& parameters);
// Of a tensor with this many channels; throws Error{kBadInput} for anything write_parameters()
// cannot have written.
Parameters read_parameters(ByteView bytes, std::size_t channels);

// How many significant coefficients make a block sparse (below `low`), usual, or dense (from
// `high`).
struct UsualCount {
  std::uint8_t low = 0;
  std::uint8_t high = 0;

  unsigned density(unsigned count) const {
    return (count >= low ? 1U : 0U) + (count >= high ? 1U : 0U);
  }
};

// A channel, or component of mixed channels, that is coded.
struct ChannelModel {
  std::size_t number = 0;  // in the tensor
  float step = 0;
  float inverse_step = 0;
  // Lanes by falling class, and the reverse.
  std::array<std::uint8_t, kLanes> lane_of_rank{};
  std::array<std::uint8_t, kLanes> rank_of_lane{};
  std::array<std::uint8_t, kLanes> classes{};  // by rank
  // The first tables of the block's end and of its groups.
  std::uint16_t end_table = 0;
  std::array<std::uint16_t, kGroups> group_tables{};
  UsualCount usual_count;  // in blocks that are not empty
};

// Scales of the lanes for one size of block: the transform's and the quantiser's in one factor.
// Those of the channel's step and mean come on top.
struct LaneScales {
  BlockSize size;
  alignas(32) std::array<float, kLanes> analysis{};
  alignas(32) std::array<float, kLanes> synthesis{};
};

// The number of the lowest bit that is set, as of a set of ranks or lanes. Requires one.
inline std::size_t lowest_bit(std::uint64_t bits) {
  return static_cast<std::size_t>(__builtin_ctzll(bits));
}

// What a component adds to each channel.
using MixingColumn = std::array<float, kMostMixedChannels>;

class Model {
 public:
  Model(const Parameters& parameters, const BlockGrid& grid);

  const BlockGrid& grid() const { return grid_; }
  bool transformed() const { return transformed_; }
  float rounding() const { return rounding_; }
  float largest_level() const { return largest_level_; }
  float low() const { return low_; }
  float high() const { return high_; }
  float limited(float value) const { return value < low_ ? low_ : (value > high_ ? high_ : value); }
  std::size_t states() const { return states_; }
  const ChannelMixing& mixing() const { return mixing_; }  // may be empty
  const MixingColumn& synthesis_of(std::size_t component) const { return columns_[component]; }
  // As long as channels are not mixed.
  bool is_coded(std::size_t channel) const { return is_coded_[channel]; }
  const std::vector<float>& means() const { return means_; }  // of every channel
  const std::vector<ChannelModel>& coded_channels() const { return channels_; }
  const SymbolTables& tables() const { return tables_; }
  float point(Level level) const {
    const bool tabled = level >= -kTabled && level <= kTabled;
    return tabled ? points_[static_cast<std::size_t>(level + kTabled)] : static_cast<float>(level);
  }
  const LaneScales& scales(std::size_t block_row, std::size_t block_column) const {
    return scales_[(grid_.rows.size(block_row) == tall_ ? 0U : 2U) +
                   (grid_.columns.size(block_column) == wide_ ? 0U : 1U)];
  }

 private:
  BlockGrid grid_;
  bool transformed_;
  float rounding_;
  float largest_level_;
  float low_;
  float high_;
  std::size_t tall_;
  std::size_t wide_;
  // So many that hardly any level is beyond: a processor guesses right then.
  static constexpr int kTabled = 127;
  std::array<float, 2 * kTabled + 1> points_{};  // by level + kTabled
  std::array<LaneScales, 4> scales_;             // of the four sizes of blocks
  std::size_t states_;
  std::vector<float> means_;
  std::vector<bool> is_coded_;
  ChannelMixing mixing_;
  std::vector<MixingColumn> columns_;  // of its synthesis, ended by zeros
  std::vector<ChannelModel> channels_;
  SymbolTables tables_;
};

}  // namespace splitbench::disc
