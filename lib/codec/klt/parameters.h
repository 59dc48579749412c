// What a calibration of klt holds: everything encoder and decoder know about the tensors of one
// place of a network beside the stream itself.
//
// Coefficients are named by the group of channels, the frequency's place in the scan (block_grid.h)
// and, within its band, by component. Their unit: an error of 1 in each coefficient of a tensor is
// 1/2 nat of the network's answer in all (weighted by Fisher information), or equals the tensor's
// standard deviation (not weighted).
//
// Plain data; reading is a pure function.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/bytes.h"
#include "codec/klt/block_grid.h"
#include "codec/klt/block_transform.h"
#include "codec/klt/channel_groups.h"
#include "codec/klt/level_tables.h"

namespace splitbench::klt {

constexpr std::size_t kMaxChannels = 4096;

// The transform across the channels of a group for the frequencies of one band: y = analysis x, and
// x = synthesis^T y. Both are [component][channel], the components by descending variance.
struct ChannelBasis {
  std::size_t rank = 0;
  std::vector<float> analysis;
  std::vector<float> synthesis;
};

// Of one coefficient, in eighths of an octave.
struct CoefficientPrior {
  // 0 when the coefficient is never coded; else 8 log2 of its standard deviation (gain included),
  // from -kSpreadOffset on.
  std::uint8_t spread = 0;
  // By which the coefficient is multiplied before it is quantised: how much it matters beyond what
  // the basis knows.
  std::int8_t gain = 0;
};

constexpr int kSpreadOffset = 96;

// Of a group of channels (channel_groups.h).
struct GroupParameters {
  std::vector<float> mean;  // of each channel
  std::array<ChannelBasis, kBands> bases;
  // [frequency of the scan][component of its band].
  std::vector<std::vector<CoefficientPrior>> priors;
};

struct Parameters {
  bool weighted = false;  // by Fisher information
  ValueRange range;
  std::vector<GroupParameters> groups;
  LevelTables tables;
};

Bytes write_parameters(const Parameters& parameters);

// Throws Error{kBadInput} unless the bytes are parameters for such tensors, with finite numbers
// only; allocates no more than a multiple of the bytes.
Parameters read_parameters(ByteView bytes, const BlockGrid& grid);

}  // namespace splitbench::klt
