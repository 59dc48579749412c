#include "codec/bottleneck/latent_coder.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "base/error.h"
#include "codec/bit_packing.h"
#include "codec/bottleneck/bottleneck_check.h"
#include "codec/bottleneck/latent_limits.h"
#include "codec/tensor_text.h"

namespace splitbench {
namespace {

constexpr const char* kWhat = "latent stream";
constexpr unsigned kByteBits = 8;
constexpr std::size_t kAffineBytes = sizeof(float) + 1;  // scale and zero point
constexpr unsigned kLengthBits = 5;
constexpr unsigned kEscapeBits = 1 + kLengthBits;
constexpr unsigned kMostLowBits = 26;  // of the distance of two integers within kMaxLatentLevel

using Decoder = RansDecoder<kLatentPrecision, 1>;

unsigned bit_length(std::uint32_t value) {
  return 32U - static_cast<unsigned>(__builtin_clz(value));
}

// Of an integer that `model` does not have.
void write_escaped(const LatentModel& model, std::int32_t value,
                   std::vector<CodeInterval>& intervals) {
  const bool below = value < model.first();
  const std::int32_t end = model.first() + static_cast<std::int32_t>(model.size());
  const auto code = static_cast<std::uint32_t>(below ? model.first() - value : value - end + 1);
  unsigned low_bits = bit_length(code) - 1;
  intervals.push_back(
      raw_interval((below ? 1U << kLengthBits : 0) | low_bits, kEscapeBits, kLatentPrecision));
  while (low_bits > 0) {
    const unsigned now = std::min(low_bits, kLatentPrecision);
    low_bits -= now;
    intervals.push_back(raw_interval(code >> low_bits & ((1U << now) - 1), now, kLatentPrecision));
  }
}

std::int32_t read_escaped(const LatentModel& model, Decoder& decoder) {
  const std::uint32_t head = decoder.raw_bits(kEscapeBits);
  unsigned low_bits = head & ((1U << kLengthBits) - 1);
  if (low_bits > kMostLowBits) {
    throw bad_input(std::string(kWhat) + ": an integer has " + std::to_string(low_bits) + " bits");
  }
  std::uint32_t code = 1;
  while (low_bits > 0) {
    const unsigned now = std::min(low_bits, kLatentPrecision);
    low_bits -= now;
    code = code << now | decoder.raw_bits(now);
  }
  const auto distance = static_cast<std::int32_t>(code);
  const std::int32_t end = model.first() + static_cast<std::int32_t>(model.size());
  return head >> kLengthBits != 0 ? model.first() - distance : end + distance - 1;
}

Bytes narrow(const std::vector<std::int32_t>& values) {
  Bytes symbols;
  for (const std::int32_t value : values) symbols.push_back(static_cast<std::uint8_t>(value));
  return symbols;
}

}  // namespace

LatentCodec::LatentCodec(LatentCoder coder, TensorSpec latent)
    : coder_(std::move(coder)), latent_(std::move(latent)) {
  require_sound_coder(coder_, latent_);
  channel_size_ = latent_channel_size(latent_);
  for (const LatentTable& table : coder_.tables) models_.emplace_back(table);
}

void LatentCodec::require_spec(const Tensor& latent) const {
  if (latent.spec() == latent_) return;
  throw bad_input("the latent is " + tensor_text(latent.spec()) + ", its coder is for " +
                  tensor_text(latent_));
}

std::vector<CodeInterval> LatentCodec::intervals_of(const std::vector<std::int32_t>& values) const {
  std::vector<CodeInterval> intervals;
  intervals.reserve(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    const LatentModel& model = model_of(i);
    const std::int64_t index = std::int64_t{values[i]} - model.first();
    const bool known = index >= 0 && index < static_cast<std::int64_t>(model.size());
    intervals.push_back(model.interval(known ? static_cast<std::size_t>(index) : model.size()));
    if (!known) write_escaped(model, values[i], intervals);
  }
  return intervals;
}

Bytes LatentCodec::encode(const Tensor& latent) const {
  require_spec(latent);
  const LatentLevels levels = latent_levels(coder_, latent);
  ByteWriter affine;
  affine.f32(levels.scale);
  affine.u8(levels.zero_point);
  if (coder_.coding == LatentCoding::kAffine) {
    const auto bits = static_cast<unsigned>(coder_.bits);
    Bytes planes(bit_plane_bytes(levels.values.size(), bits));
    pack_bit_planes(narrow(levels.values).data(), levels.values.size(), bits, planes.data());
    affine.raw(planes);
    return affine.take();
  }
  std::vector<CodeInterval> intervals = intervals_of(levels.values);
  if (coder_.coding == LatentCoding::kAffineCoded) {
    for (const std::uint8_t byte : affine.bytes()) {
      intervals.push_back(raw_interval(byte, kByteBits, kLatentPrecision));
    }
  }
  return encode_intervals(intervals.data(), intervals.size(), kLatentPrecision, 1);
}

LatentLevels LatentCodec::read_levels(ByteView stream) const {
  const bool affine = coder_.coding == LatentCoding::kAffineCoded;
  const std::int32_t least = affine ? 0 : -kMaxLatentLevel;
  const std::int32_t most = affine ? (1 << coder_.bits) - 1 : kMaxLatentLevel;
  Decoder decoder(stream, kWhat);
  LatentLevels levels;
  std::vector<std::int32_t>& values = levels.values;
  values.resize(latent_.elements());
  for (std::size_t i = 0; i < values.size(); ++i) {
    const LatentModel& model = model_of(i);
    const std::size_t index = model.index_at(decoder.slot());
    decoder.take(model.interval(index));
    values[i] = index < model.size() ? model.first() + static_cast<std::int32_t>(index)
                                     : read_escaped(model, decoder);
    if (values[i] >= least && values[i] <= most) continue;
    throw bad_input(std::string(kWhat) + ": holds the integer " + std::to_string(values[i]) +
                    ", outside " + std::to_string(least) + " to " + std::to_string(most));
  }
  Bytes numbers;
  for (std::size_t i = 0; affine && i < kAffineBytes; ++i) {
    numbers.push_back(static_cast<std::uint8_t>(decoder.raw_bits(kByteBits)));
  }
  decoder.finish();
  ByteReader reader(numbers, kWhat);
  if (affine) read_affine(reader, levels);
  return levels;
}

void LatentCodec::read_affine(ByteReader& reader, LatentLevels& levels) const {
  levels.scale = reader.f32();
  levels.zero_point = reader.u8();
  if (levels.scale >= 0 && std::isfinite(levels.scale) && levels.zero_point >> coder_.bits == 0) {
    return;
  }
  throw bad_input(std::string(kWhat) + ": its scale or zero point is none");
}

LatentLevels LatentCodec::read_planes(ByteView bytes) const {
  const auto bits = static_cast<unsigned>(coder_.bits);
  const std::size_t count = latent_.elements();
  ByteReader reader(bytes, kWhat);
  LatentLevels levels;
  read_affine(reader, levels);
  const ByteView planes = reader.rest();
  if (planes.size != bit_plane_bytes(count, bits)) {
    throw bad_input(std::string(kWhat) + ": has " + std::to_string(planes.size) +
                    " bytes of levels, the latent needs " +
                    std::to_string(bit_plane_bytes(count, bits)));
  }
  Bytes symbols(count);
  unpack_bit_planes(planes.data, count, bits, symbols.data());
  levels.values.assign(symbols.begin(), symbols.end());
  return levels;
}

Tensor LatentCodec::decode(ByteView bytes) const {
  const bool packed = coder_.coding == LatentCoding::kAffine;
  return latent_from_levels(coder_, packed ? read_planes(bytes) : read_levels(bytes), latent_);
}

double LatentCodec::ideal_bits(const Tensor& latent) const {
  require_spec(latent);
  const LatentLevels levels = latent_levels(coder_, latent);
  if (coder_.coding == LatentCoding::kAffine) {
    return static_cast<double>(levels.values.size()) * coder_.bits;
  }
  double bits = 0;
  for (const CodeInterval interval : intervals_of(levels.values)) {
    bits += kLatentPrecision - std::log2(static_cast<double>(interval.frequency));
  }
  return bits;
}

}  // namespace splitbench
