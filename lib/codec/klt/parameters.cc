#include "codec/klt/parameters.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "base/error.h"
#include "codec/fixed_point_matrix.h"
#include "codec/zstd_frame.h"

namespace splitbench::klt {
namespace {

constexpr const char* kWhat = "klt calibration";
constexpr int kZstdLevel = 19;
// A content that zstd shrinks further was not written by write_parameters().
constexpr std::size_t kMaxShrinking = 1024;
// Numbers up to here stay finite through all sums and products of the transforms.
constexpr float kMaxMagnitude = 1e30F;
// Entries of the bases have 10 bits.
constexpr int kTopEntry = 511;

float finite_f32(ByteReader& reader) {
  const float value = reader.f32();
  if (!(std::fabs(value) <= kMaxMagnitude)) {
    throw bad_input(std::string(kWhat) + ": holds a number that is not finite or out of range");
  }
  return value;
}

void write_tables(ByteWriter& writer, const LevelTables& tables) {
  writer.raw(ByteView(tables.mean_magnitude.data(), tables.mean_magnitude.size()));
  for (const auto& magnitudes : tables.probability) {
    writer.raw(ByteView(magnitudes.data(), magnitudes.size()));
  }
  for (const auto& kinds : tables.shrinkage) {
    for (const std::int8_t shrinkage : kinds) writer.u8(static_cast<std::uint8_t>(shrinkage));
  }
}

LevelTables read_tables(ByteReader& reader) {
  LevelTables tables;
  for (std::uint8_t& mean : tables.mean_magnitude) mean = reader.u8();
  for (auto& magnitudes : tables.probability) {
    for (std::uint8_t& probability : magnitudes) probability = reader.u8();
  }
  for (auto& kinds : tables.shrinkage) {
    for (std::int8_t& shrinkage : kinds) shrinkage = static_cast<std::int8_t>(reader.u8());
  }
  return tables;
}

Bytes unpack(ByteReader& reader) {
  const std::uint64_t size = reader.varint();
  const ByteView frame = reader.rest();
  if (size / kMaxShrinking > frame.size) {
    throw bad_input(std::string(kWhat) + ": " + std::to_string(frame.size) +
                    " bytes cannot hold the " + std::to_string(size) + " they declare");
  }
  require_zstd_content(frame, size, kWhat);
  Bytes content(size);
  zstd_decompress(frame, content.data(), content.size(), kWhat);
  return content;
}

void write_group(ByteWriter& writer, const GroupParameters& group) {
  for (const float mean : group.mean) writer.f32(mean);
  for (const ChannelBasis& basis : group.bases) {
    writer.varint(basis.rank);
    write_matrix(writer, basis.analysis, basis.rank, kTopEntry);
    write_matrix(writer, basis.synthesis, basis.rank, kTopEntry);
  }
  for (const auto& frequency : group.priors) {
    for (const CoefficientPrior prior : frequency) writer.u8(prior.spread);
  }
  for (const auto& frequency : group.priors) {
    for (const CoefficientPrior prior : frequency) {
      writer.u8(static_cast<std::uint8_t>(prior.gain));
    }
  }
}

GroupParameters read_group(ByteReader& reader, std::size_t channels,
                           const std::vector<Frequency>& scan) {
  if (reader.remaining() < channels * sizeof(float)) {
    throw bad_input(std::string(kWhat) + ": is not one for this number of channels");
  }
  GroupParameters group;
  group.mean.resize(channels);
  for (float& mean : group.mean) mean = finite_f32(reader);
  for (ChannelBasis& basis : group.bases) {
    const std::uint64_t rank = reader.varint();
    if (rank > channels || reader.remaining() / (4 * channels) < rank) {
      throw bad_input(std::string(kWhat) + ": declares " + std::to_string(rank) +
                      " components of " + std::to_string(channels) + " channels");
    }
    basis.rank = rank;
    basis.analysis = read_matrix(reader, rank, channels, kMaxMagnitude, kWhat);
    basis.synthesis = read_matrix(reader, rank, channels, kMaxMagnitude, kWhat);
  }
  for (const Frequency& frequency : scan) {
    const std::size_t rank = group.bases[frequency.band].rank;
    const ByteView spreads = reader.raw(rank);
    group.priors.emplace_back(rank);
    for (std::size_t k = 0; k < rank; ++k) group.priors.back()[k].spread = spreads.data[k];
  }
  for (auto& frequency : group.priors) {
    for (CoefficientPrior& prior : frequency) prior.gain = static_cast<std::int8_t>(reader.u8());
  }
  return group;
}

}  // namespace

Bytes write_parameters(const Parameters& parameters) {
  ByteWriter content;
  content.u8(parameters.weighted ? 1 : 0);
  content.f32(parameters.range.minimum);
  content.f32(parameters.range.maximum);
  write_tables(content, parameters.tables);
  for (const GroupParameters& group : parameters.groups) write_group(content, group);
  ByteWriter writer;
  writer.varint(content.bytes().size());
  writer.raw(zstd_compress(content.bytes(), kZstdLevel));
  return writer.take();
}

Parameters read_parameters(ByteView bytes, const BlockGrid& grid) {
  ByteReader packed(bytes, kWhat);
  const Bytes content = unpack(packed);
  ByteReader reader(content, kWhat);
  Parameters parameters;
  parameters.weighted = reader.u8() != 0;
  parameters.range.minimum = finite_f32(reader);
  parameters.range.maximum = finite_f32(reader);
  if (parameters.range.minimum > parameters.range.maximum) {
    throw bad_input(std::string(kWhat) + ": its range of values is empty");
  }
  parameters.tables = read_tables(reader);
  const std::vector<Frequency> scan = frequency_scan(grid);
  for (const ChannelGroup& group : channel_groups(grid.channels)) {
    parameters.groups.push_back(read_group(reader, group.size(), scan));
  }
  reader.expect_end();
  return parameters;
}

}  // namespace splitbench::klt
