#include "codec/disc/model.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>
#include <string>

#include "base/error.h"
#include "codec/fixed_point_matrix.h"
#include "codec/zstd_frame.h"

namespace splitbench::disc {
namespace {

constexpr const char* kWhat = "disc calibration";
constexpr int kZstdLevel = 19;
// What stands in front of the frame.
constexpr std::uint8_t kApart = 0;
constexpr std::uint8_t kMixed = 1;
constexpr std::size_t kFixedBytes = 2 + sizeof(Level) + sizeof(float) * (3 + kPoints) +
                                    sizeof(Half) * kLanes + kClasses + kAllWeights;
constexpr std::size_t kChannelBytes = 2 * sizeof(Half) + kLanes;

// 2 log2(value), rounded down to a whole number; 0 for 0.
unsigned half_octaves(std::uint32_t value) {
  unsigned octave = 0;
  while (value >> octave > 1) ++octave;
  const std::uint64_t square = std::uint64_t{value} * value;
  return 2 * octave + (square >> (2 * octave + 1) != 0 ? 1 : 0);
}

// Of places by the number of significant coefficients that calibration expects in them, in units
// of 1 / 255.
std::size_t expectation(std::uint32_t expected) {
  return std::min<std::size_t>(half_octaves(expected), kExpectations - 1);
}
std::size_t block_expectation(std::uint32_t expected) {
  constexpr unsigned kLowest = 3;
  const unsigned octaves = std::max(half_octaves(expected) / 2, kLowest) - kLowest;
  return std::min<std::size_t>(octaves, kBlockExpectations - 1);
}

// How many coefficients are significant when one is, given the chances of each.
UsualCount usual_count(const std::array<std::uint32_t, kLanes>& expected) {
  constexpr std::uint32_t kOne = 255;
  std::uint32_t count = 0;
  for (const std::uint32_t x : expected) count += kOne * x / (kOne + x);
  const auto times = [&](std::uint32_t eighths) {
    return static_cast<std::uint8_t>((count * eighths + 8 * kOne - 1) / (8 * kOne));
  };
  return {times(6), times(11)};
}

float require_finite(float value) {
  if (!std::isfinite(value)) throw bad_input(std::string(kWhat) + ": holds NaN or infinity");
  return value;
}

void write_halves(ByteWriter& writer, const Half* halves, std::size_t count) {
  // Byte planes: the high bytes are alike.
  for (std::size_t i = 0; i < count; ++i) writer.u8(static_cast<std::uint8_t>(halves[i] >> 8));
  for (std::size_t i = 0; i < count; ++i) writer.u8(static_cast<std::uint8_t>(halves[i] & 0xff));
}

void read_halves(ByteReader& reader, Half* halves, std::size_t count) {
  const ByteView high = reader.raw(count);
  const ByteView low = reader.raw(count);
  for (std::size_t i = 0; i < count; ++i) {
    halves[i] = static_cast<Half>(high.data[i] << 8 | low.data[i]);
  }
}

void read_floats(ByteReader& reader, Half* halves, std::size_t count) {
  read_halves(reader, halves, count);
  for (std::size_t i = 0; i < count; ++i) require_finite(from_half(halves[i]));
}

template <typename Container>
void read_bytes(ByteReader& reader, Container& container) {
  const ByteView bytes = reader.raw(container.size());
  std::copy(bytes.data, bytes.data + bytes.size, container.begin());
}

Bytes unpack(ByteView frame, std::size_t size) {
  require_zstd_content(frame, size, kWhat);
  Bytes content(size);
  zstd_decompress(frame, content.data(), size, kWhat);
  return content;
}

bool read_is_mixed(ByteReader& reader, std::size_t channels) {
  const std::uint8_t layout = reader.u8();
  if (layout > kMixed || (layout == kMixed && channels > kMostMixedChannels)) {
    throw bad_input(std::string(kWhat) + ": is of an unknown layout");
  }
  return layout == kMixed;
}

ChannelMixing read_mixing(ByteReader& reader, std::size_t channels) {
  ChannelMixing mixing;
  mixing.analysis = read_matrix(reader, channels, channels, kMaxAnalysis, kWhat);
  mixing.synthesis = read_matrix(reader, channels, channels, kMaxSynthesis, kWhat);
  return mixing;
}

void require_valid(const Parameters& parameters) {
  const auto invalid = [](const char* what) {
    return bad_input(std::string(kWhat) + ": " + what + " out of range");
  };
  // Bounds that keep products of steps, levels and sums of the transform finite.
  const auto is_lane_step = [](Half half) {
    return from_half(half) >= 1 / kMaxLaneStep && from_half(half) <= kMaxLaneStep;
  };
  const auto is_step = [](Half half) {
    return half == 0 || (from_half(half) >= 1 / kMaxStep && from_half(half) <= kMaxStep);
  };
  const unsigned states = parameters.states;
  if (states != 1 && states != 2 && states != 4 && states != kMaxRansStates) {
    throw invalid("the number of coder states is");
  }
  if (parameters.largest_level < 1 || parameters.largest_level > kMaxLevel) {
    throw invalid("the largest level is");
  }
  if (!(parameters.rounding >= 0 && parameters.rounding <= 0.5F)) throw invalid("the rounding is");
  if (!(parameters.low <= parameters.high)) throw invalid("the range is");
  if (!std::all_of(parameters.lane_steps.begin(), parameters.lane_steps.end(), is_lane_step) ||
      !std::all_of(parameters.steps.begin(), parameters.steps.end(), is_step)) {
    throw invalid("a quantiser step is");
  }
  if (std::any_of(parameters.classes.begin(), parameters.classes.end(),
                  [](std::uint8_t value) { return value >= kClasses; })) {
    throw invalid("a class is");
  }
}

ChannelModel channel_model(const Parameters& parameters, std::size_t channel) {
  ChannelModel model;
  model.number = channel;
  model.step = from_half(parameters.steps[channel]);
  model.inverse_step = 1 / model.step;

  const std::uint8_t* classes = &parameters.classes[channel * kLanes];
  const auto frequency = [](unsigned lane) { return lane / kSide + lane % kSide; };
  std::iota(model.lane_of_rank.begin(), model.lane_of_rank.end(), std::uint8_t{0});
  std::stable_sort(model.lane_of_rank.begin(), model.lane_of_rank.end(), [&](auto a, auto b) {
    if (classes[a] != classes[b]) return classes[a] > classes[b];
    return parameters.transformed && frequency(a) < frequency(b);
  });
  std::array<std::uint32_t, kLanes> of_ranks{};
  std::array<std::uint32_t, kGroups> of_groups{};
  std::uint32_t of_block = 0;
  for (std::size_t rank = 0; rank < kLanes; ++rank) {
    const std::uint8_t lane = model.lane_of_rank[rank];
    model.rank_of_lane[lane] = static_cast<std::uint8_t>(rank);
    model.classes[rank] = classes[lane];
    const std::uint32_t expected = parameters.significance[classes[lane]];
    of_ranks[rank] = expected;
    of_groups[rank / 4] += expected;
    of_block += expected;
  }
  for (std::size_t group = 0; group < kGroups; ++group) {
    model.group_tables[group] =
        static_cast<std::uint16_t>(expectation(of_groups[group]) * kGroupDistances);
  }
  model.end_table = static_cast<std::uint16_t>(block_expectation(of_block) * kEndActivities);
  model.usual_count = usual_count(of_ranks);
  return model;
}

LaneScales lane_scales(const Parameters& parameters, BlockSize size) {
  LaneScales scales;
  scales.size = size;
  for (std::size_t lane = 0; lane < kLanes; ++lane) {
    const std::size_t v = lane / kSide;
    const std::size_t u = lane % kSide;
    float scale = 1;
    if (parameters.transformed) {
      if (u >= size.height || v >= size.width) continue;
      scale = dct_scale(size.height, u) * dct_scale(size.width, v);
    }
    const float step = from_half(parameters.lane_steps[lane]);
    scales.analysis[lane] = scale / step;
    scales.synthesis[lane] = scale * step;
  }
  return scales;
}

// Of a square matrix of so many rows.
std::vector<MixingColumn> columns_of(const std::vector<float>& matrix, std::size_t size) {
  std::vector<MixingColumn> columns(size, MixingColumn{});
  for (std::size_t i = 0; i < matrix.size(); ++i) columns[i % size][i / size] = matrix[i];
  return columns;
}

}  // namespace

Half to_half(double value) {
  const auto single = static_cast<float>(value);
  std::uint32_t bits = 0;
  std::memcpy(&bits, &single, sizeof bits);
  constexpr std::uint32_t kRound = 0x8000;
  constexpr std::uint32_t kMagnitude = 0x7fffffff;
  constexpr std::uint32_t kLargest = 0x7f7f0000;
  const std::uint32_t magnitude = std::min((bits & kMagnitude) + kRound, kLargest);
  return static_cast<Half>(((bits & ~kMagnitude) | magnitude) >> 16);
}

float from_half(Half half) {
  const std::uint32_t bits = std::uint32_t{half} << 16;
  float value = 0;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

Bytes write_parameters(const Parameters& parameters) {
  ByteWriter writer;
  writer.u8(parameters.transformed ? 1 : 0);
  writer.u8(parameters.states);
  writer.u16(static_cast<std::uint16_t>(parameters.largest_level));
  writer.f32(parameters.rounding);
  writer.f32(parameters.low);
  writer.f32(parameters.high);
  for (const float point : parameters.points) writer.f32(point);
  write_halves(writer, parameters.lane_steps.data(), kLanes);
  writer.raw({parameters.significance.data(), kClasses});
  write_halves(writer, parameters.means.data(), parameters.means.size());
  write_halves(writer, parameters.steps.data(), parameters.steps.size());
  writer.raw(parameters.classes);
  for (const std::vector<Weight>& weights : parameters.weights) writer.raw(weights);
  if (!parameters.mixing.empty()) {
    write_matrix(writer, parameters.mixing.analysis, parameters.means.size(), kMixingTop);
    write_matrix(writer, parameters.mixing.synthesis, parameters.means.size(), kMixingTop);
  }
  ByteWriter written;
  written.u8(parameters.mixing.empty() ? kApart : kMixed);
  written.raw(zstd_compress(writer.bytes(), kZstdLevel));
  return written.take();
}

Parameters read_parameters(ByteView bytes, std::size_t channels) {
  ByteReader outer(bytes, kWhat);
  const bool mixed = read_is_mixed(outer, channels);
  const Bytes content =
      unpack(outer.rest(), kFixedBytes + channels * kChannelBytes +
                               (mixed ? 2 * matrix_bytes(channels, channels) : 0));
  ByteReader reader(content, kWhat);
  Parameters parameters;
  parameters.transformed = reader.u8() != 0;
  parameters.states = reader.u8();
  parameters.largest_level = static_cast<Level>(reader.u16());
  parameters.rounding = require_finite(reader.f32());
  parameters.low = require_finite(reader.f32());
  parameters.high = require_finite(reader.f32());
  for (float& point : parameters.points) point = require_finite(reader.f32());
  read_floats(reader, parameters.lane_steps.data(), kLanes);
  read_bytes(reader, parameters.significance);
  parameters.means.resize(channels);
  read_floats(reader, parameters.means.data(), channels);
  parameters.steps.resize(channels);
  read_floats(reader, parameters.steps.data(), channels);
  parameters.classes.resize(channels * kLanes);
  read_bytes(reader, parameters.classes);
  for (std::vector<Weight>& weights : parameters.weights) read_bytes(reader, weights);
  if (mixed) parameters.mixing = read_mixing(reader, channels);
  reader.expect_end();
  require_valid(parameters);
  return parameters;
}

Model::Model(const Parameters& parameters, const BlockGrid& grid)
    : grid_(grid),
      transformed_(parameters.transformed),
      rounding_(parameters.rounding),
      largest_level_(parameters.largest_level),
      low_(parameters.low),
      high_(parameters.high),
      tall_(grid.rows.size(0)),
      wide_(grid.columns.size(0)),
      states_(parameters.states),
      mixing_(parameters.mixing),
      tables_(parameters.weights) {
  for (int level = 1; level <= kTabled; ++level) {
    const auto magnitude = static_cast<std::size_t>(level);
    const float point =
        magnitude <= kPoints ? parameters.points[magnitude - 1] : static_cast<float>(level);
    points_[static_cast<std::size_t>(kTabled + level)] = point;
    points_[static_cast<std::size_t>(kTabled - level)] = -point;
  }
  const std::size_t low_height = grid_.rows.size(grid_.rows.pieces() - 1);
  const std::size_t low_width = grid_.columns.size(grid_.columns.pieces() - 1);
  if (!mixing_.empty()) columns_ = columns_of(mixing_.synthesis, parameters.means.size());
  scales_ = {lane_scales(parameters, {tall_, wide_}), lane_scales(parameters, {tall_, low_width}),
             lane_scales(parameters, {low_height, wide_}),
             lane_scales(parameters, {low_height, low_width})};
  for (std::size_t channel = 0; channel < parameters.means.size(); ++channel) {
    means_.push_back(from_half(parameters.means[channel]));
    is_coded_.push_back(parameters.steps[channel] != 0);
    if (is_coded_.back()) channels_.push_back(channel_model(parameters, channel));
  }
}

}  // namespace splitbench::disc
