#include "codec/stream.h"

#include <zlib.h>

#include <algorithm>
#include <functional>

#include "base/error.h"

namespace splitbench {
namespace {

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
              "codec bodies hold tensor elements as they are in memory: little-endian");

constexpr std::uint8_t kTensorMagic = 0xB5;
constexpr std::uint8_t kBoundaryMagic = 0xB6;
constexpr std::size_t kChecksumOffset = 3;
constexpr std::size_t kShapeOffset = kChecksumOffset + sizeof(std::uint32_t);
constexpr std::size_t kMaxRank = 8;
// Byte 2: format version, calibrated or not, element type.
constexpr unsigned kVersionShift = 4;
constexpr unsigned kCalibratedFlag = 1U << 3;
constexpr unsigned kDTypeMask = kCalibratedFlag - 1;

// The shortest tensor stream: the fixed part and a rank of 0.
constexpr std::size_t kMinTensorStream = kShapeOffset + 1;

struct TensorHeader {
  std::uint8_t wire_id = 0;
  unsigned format_version = 0;
  TensorSpec spec;
  std::optional<CalibrationId> calibration;
  ByteView body;
};

Shape read_shape(ByteReader& reader, std::size_t max_elements) {
  const std::uint64_t rank = reader.varint();
  if (rank > kMaxRank) {
    throw bad_input("codec stream: declares " + std::to_string(rank) + " dimensions, at most " +
                    std::to_string(kMaxRank) + " are allowed");
  }
  Shape shape;
  for (std::uint64_t i = 0; i < rank; ++i) {
    const std::uint64_t dimension = reader.varint();
    if (dimension > max_elements) {
      throw bad_input("codec stream: declares a dimension of " + std::to_string(dimension) +
                      ", the decode limit is " + std::to_string(max_elements) + " elements");
    }
    shape.push_back(static_cast<std::int64_t>(dimension));
  }
  const std::size_t elements = element_count(shape);
  if (elements > max_elements) {
    throw bad_input("codec stream: declares a tensor of " + shape_text(shape) + " = " +
                    std::to_string(elements) + " elements, the decode limit is " +
                    std::to_string(max_elements));
  }
  return shape;
}

// Reads and checks everything that does not depend on the codec.
TensorHeader read_header(ByteView stream, std::size_t max_elements) {
  ByteReader reader(stream, "codec stream");
  const std::uint8_t magic = reader.u8();
  if (magic != kTensorMagic) {
    throw bad_input("codec stream: begins with byte " + std::to_string(magic) +
                    ", a tensor stream begins with " + std::to_string(kTensorMagic));
  }
  TensorHeader header;
  header.wire_id = reader.u8();
  const std::uint8_t version_and_dtype = reader.u8();
  const std::uint32_t checksum = reader.u32();
  if (checksum != stream_checksum(stream)) {
    throw bad_input("codec stream: the checksum of its " + std::to_string(stream.size) +
                    " bytes is wrong; they were damaged or cut off");
  }
  header.format_version = version_and_dtype >> kVersionShift;
  header.spec.dtype = static_cast<DType>(version_and_dtype & kDTypeMask);
  element_bytes(header.spec.dtype);  // throws on a number that stands for no type
  header.spec.shape = read_shape(reader, max_elements);
  if ((version_and_dtype & kCalibratedFlag) != 0) header.calibration = reader.u16();
  header.body = reader.rest();
  return header;
}

void require_same_calibration(const ConfiguredCodec& codec, const TensorHeader& header) {
  if (header.calibration == codec.calibration) return;
  const auto text = [](const std::optional<CalibrationId>& id) {
    return id ? "calibration " + std::to_string(*id) : std::string("no calibration");
  };
  throw bad_input("codec stream: was written by codec '" + codec.description.name + "' with " +
                  text(header.calibration) + ", but the decoder has " + text(codec.calibration));
}

Tensor decode_body(const ConfiguredCodec& codec, const TensorHeader& header) {
  const CodecDescription& description = codec.description;
  if (header.wire_id != description.wire_id) {
    throw bad_input("codec stream: was written by codec '" +
                    find_codec(header.wire_id).description.name + "', not by '" + description.name +
                    "'");
  }
  if (header.format_version > description.format_version) {
    throw bad_input("codec stream: has format version " + std::to_string(header.format_version) +
                    " of codec '" + description.name + "', this splitbench reads up to version " +
                    std::to_string(description.format_version) + "; update it");
  }
  if (header.format_version == 0) {
    throw bad_input("codec stream: has format version 0, which codec '" + description.name +
                    "' never wrote");
  }
  require_same_calibration(codec, header);
  return codec.codec->decode(header.body, header.spec);
}

Boundary read_boundary(ByteView stream, const DecodeLimits& limits,
                       const std::function<Tensor(ByteView, const DecodeLimits&)>& decode) {
  if (stream.size == 0 || stream.data[0] != kBoundaryMagic) return {decode(stream, limits)};
  ByteReader reader(stream, "boundary stream");
  reader.u8();
  const std::uint64_t count = reader.varint();
  if (count > reader.remaining() / kMinTensorStream) {
    throw bad_input("boundary stream: declares " + std::to_string(count) + " tensors, but has " +
                    std::to_string(reader.remaining()) + " bytes left");
  }
  Boundary boundary;
  DecodeLimits left = limits;
  for (std::uint64_t i = 0; i < count; ++i) {
    boundary.push_back(decode(reader.raw(reader.varint()), left));
    left.max_elements -= boundary.back().elements();
  }
  reader.expect_end();
  return boundary;
}

void require_one_each(const BoundaryCodec& codecs, std::size_t tensors) {
  if (codecs.size() == tensors) return;
  throw bad_input("boundary stream: holds " + std::to_string(tensors) + " tensors, there are " +
                  std::to_string(codecs.size()) + " codecs for them");
}

}  // namespace

std::uint32_t stream_checksum(ByteView stream) {
  const uLong head = crc32_z(0, stream.data, kChecksumOffset);
  return static_cast<std::uint32_t>(
      crc32_z(head, stream.data + kShapeOffset, stream.size - kShapeOffset));
}

Bytes encode_tensor(const ConfiguredCodec& codec, const Tensor& tensor) {
  const std::string reason = unsupported_reason(codec, {tensor.spec()});
  if (!reason.empty()) throw bad_input("codec '" + codec.spec + "' " + reason);

  const TensorSpec decoded = codec.codec->decoded_spec(tensor.spec());
  ByteWriter writer;
  writer.u8(kTensorMagic);
  writer.u8(codec.description.wire_id);
  writer.u8(static_cast<std::uint8_t>(codec.description.format_version << kVersionShift |
                                      (codec.calibration ? kCalibratedFlag : 0) |
                                      static_cast<unsigned>(decoded.dtype)));
  writer.u32(0);  // the checksum, known at the end
  writer.varint(decoded.shape.size());
  for (const std::int64_t dimension : decoded.shape) {
    writer.varint(static_cast<std::uint64_t>(dimension));
  }
  if (codec.calibration) writer.u16(*codec.calibration);
  writer.raw(codec.codec->encode(tensor));

  Bytes stream = writer.take();
  ByteWriter checksum;
  checksum.u32(stream_checksum(stream));
  std::copy(checksum.bytes().begin(), checksum.bytes().end(), stream.begin() + kChecksumOffset);
  return stream;
}

Tensor decode_tensor(const ConfiguredCodec& codec, ByteView stream, const DecodeLimits& limits) {
  return decode_body(codec, read_header(stream, limits.max_elements));
}

Tensor decode_tensor(ByteView stream, const DecodeLimits& limits) {
  const TensorHeader header = read_header(stream, limits.max_elements);
  const CodecFactory& factory = find_codec(header.wire_id);
  const std::string& name = factory.description.name;
  if (factory.learned) {
    throw bad_input("codec stream: was written by codec '" + name +
                    "', which decodes with its bottleneck only");
  }
  return decode_body(make_codec(Spec{name, {}}), header);
}

Bytes encode_boundary(const BoundaryCodec& codecs, const Boundary& boundary) {
  require_one_each(codecs, boundary.size());
  if (boundary.size() == 1) return encode_tensor(codecs.front(), boundary.front());
  ByteWriter writer;
  writer.u8(kBoundaryMagic);
  writer.varint(boundary.size());
  for (std::size_t i = 0; i < boundary.size(); ++i) {
    const Bytes stream = encode_tensor(codecs[i], boundary[i]);
    writer.varint(stream.size());
    writer.raw(stream);
  }
  return writer.take();
}

Bytes encode_boundary(const ConfiguredCodec& codec, const Boundary& boundary) {
  return encode_boundary(BoundaryCodec(boundary.size(), codec), boundary);
}

Boundary decode_boundary(const BoundaryCodec& codecs, ByteView stream, const DecodeLimits& limits) {
  std::size_t next = 0;
  Boundary boundary = read_boundary(stream, limits, [&](ByteView tensor, const DecodeLimits& left) {
    require_one_each(codecs, std::max(next + 1, codecs.size()));
    return decode_tensor(codecs[next++], tensor, left);
  });
  require_one_each(codecs, boundary.size());
  return boundary;
}

Boundary decode_boundary(const ConfiguredCodec& codec, ByteView stream,
                         const DecodeLimits& limits) {
  return read_boundary(stream, limits, [&codec](ByteView tensor, const DecodeLimits& left) {
    return decode_tensor(codec, tensor, left);
  });
}

Boundary decode_boundary(ByteView stream, const DecodeLimits& limits) {
  return read_boundary(stream, limits, [](ByteView tensor, const DecodeLimits& left) {
    return decode_tensor(tensor, left);
  });
}

std::string unsupported_reason(const BoundaryCodec& codecs, const BoundarySpec& boundary) {
  for (std::size_t i = 0; i < boundary.size(); ++i) {
    const TensorSpec& spec = boundary[i];
    std::string reason = codecs.at(i).codec->unsupported_reason(spec);
    if (reason.empty() && spec.shape.size() > kMaxRank) {
      reason = "takes at most " + std::to_string(kMaxRank) + " dimensions; this is " +
               shape_text(spec.shape);
    }
    if (reason.empty()) continue;
    if (boundary.size() == 1) return reason;
    return reason + " (tensor " + std::to_string(i + 1) + " of " + std::to_string(boundary.size()) +
           ")";
  }
  return "";
}

std::string unsupported_reason(const ConfiguredCodec& codec, const BoundarySpec& boundary) {
  return unsupported_reason(BoundaryCodec(boundary.size(), codec), boundary);
}

}  // namespace splitbench
