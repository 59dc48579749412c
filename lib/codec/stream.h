// The self-describing streams that cross the network: tensors and boundaries as bytes.
//
// A tensor stream needs nothing but its bytes to be decoded, unless the codec was calibrated: then
// the decoder must hold the same calibration. All integers are little-endian:
//
//   byte  0      magic 0xB5
//   byte  1      the codec's wire id
//   byte  2      the codec's format version (high 4 bits), whether it was calibrated (1 bit),
//                element type (low 3 bits, DType)
//   bytes 3..6   CRC-32 (zlib's) of all other bytes of the stream
//   then         rank, and every dimension: varints
//   then         the number of the calibration, 2 bytes, if there is one (codec/calibration.h)
//   then         the codec's body, to the end of the stream
//
// so a 4-D tensor pays 12 to 16 bytes. A boundary of one tensor is that tensor's stream; any other
// is magic 0xB6, the number of tensors, and each stream behind its length (varints).
//
// The shape is that of the decoded tensor. A learned codec (bottleneck/learned_codec.h) counts as
// calibrated, with the number of its bottleneck.
//
// Streams are hostile: whatever the bytes, decoding returns or throws Error{kBadInput}, and nothing
// larger than a small multiple of the declared (and limited) tensor is allocated. Thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "base/bytes.h"
#include "codec/registry.h"
#include "core/tensor.h"

namespace splitbench {

struct DecodeLimits {
  // Of all tensors of the stream together; a stream that declares more is refused.
  std::size_t max_elements = std::size_t{1} << 26;
};

// Throws Error{kBadInput} when the codec cannot take the tensor, with its unsupported_reason().
Bytes encode_tensor(const ConfiguredCodec& codec, const Tensor& tensor);

// The stream must be one of this codec's; its settings may be others, for they are in the stream.
Tensor decode_tensor(const ConfiguredCodec& codec, ByteView stream, const DecodeLimits& limits);
// The same with the codec that the stream names.
Tensor decode_tensor(ByteView stream, const DecodeLimits& limits);

Bytes encode_boundary(const ConfiguredCodec& codec, const Boundary& boundary);
Boundary decode_boundary(const ConfiguredCodec& codec, ByteView stream, const DecodeLimits& limits);
Boundary decode_boundary(ByteView stream, const DecodeLimits& limits);

// The same with a codec for each tensor of the boundary, such as one codec calibrated for each.
using BoundaryCodec = std::vector<ConfiguredCodec>;
Bytes encode_boundary(const BoundaryCodec& codecs, const Boundary& boundary);
Boundary decode_boundary(const BoundaryCodec& codecs, ByteView stream, const DecodeLimits& limits);

// Why the codec cannot take some tensor of the boundary (the first such); empty when it can.
std::string unsupported_reason(const ConfiguredCodec& codec, const BoundarySpec& boundary);
std::string unsupported_reason(const BoundaryCodec& codecs, const BoundarySpec& boundary);

// The CRC-32 that bytes 3..6 of a tensor stream, or of a calibration, must hold; there are at least
// 7 bytes.
std::uint32_t stream_checksum(ByteView stream);

}  // namespace splitbench
