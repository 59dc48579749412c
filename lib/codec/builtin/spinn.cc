// spinn: uniform affine quantisation to 2..8 bits per tensor, bit planes ("bitshuffle"), LZ4.
//
// Our definition of the SPINN baseline (Laskaridis et al., "SPINN: Synergistic Progressive
// Inference of Neural Networks over Device and Cloud", MobiCom 2020), whose packing could not be
// read: that it quantises linearly to 8 bits, shuffles bits and compresses with LZ4 is hearsay. The
// details are ours, namely
//   - the range of the quantiser is that of each tensor (codec/affine.h);
//   - the bits of the whole tensor are transposed, not those of blocks (codec/bit_packing.h);
//   - one LZ4 block at the default acceleration, without a frame: its size is in the shape.
//
// Body: one byte with the bits, the range as two float32, the LZ4 block of the bit planes.
//
// NaN and infinity are refused. The symbols are the same on every platform; the LZ4 block depends
// on the library's version, decoding does not.

#include <lz4.h>

#include <cstddef>
#include <memory>
#include <string>

#include "base/error.h"
#include "codec/affine.h"
#include "codec/bit_packing.h"
#include "codec/options.h"
#include "codec/tensor_text.h"
#include "core/codec.h"

namespace splitbench {
namespace {

constexpr const char* kStream = "spinn stream";
constexpr unsigned kMinBits = 2;
constexpr unsigned kMaxBits = 8;
// A byte of an LZ4 block stands for at most so many: each further byte of a match's length.
constexpr std::size_t kMaxLz4Expansion = 255;

unsigned top_symbol(unsigned bits) { return (1U << bits) - 1; }

Bytes lz4_compress(const Bytes& content) {
  const auto size = static_cast<int>(content.size());
  Bytes block(static_cast<std::size_t>(LZ4_compressBound(size)));
  const int written = LZ4_compress_default(reinterpret_cast<const char*>(content.data()),
                                           reinterpret_cast<char*>(block.data()), size,
                                           static_cast<int>(block.size()));
  if (written <= 0) throw runtime_failure("LZ4 could not compress");
  block.resize(static_cast<std::size_t>(written));
  return block;
}

Bytes lz4_decompress(ByteView block, std::size_t content_bytes) {
  if (block.size > LZ4_MAX_INPUT_SIZE || content_bytes / kMaxLz4Expansion > block.size) {
    throw bad_input(std::string(kStream) + ": an LZ4 block of " + std::to_string(block.size) +
                    " bytes cannot hold the " + std::to_string(content_bytes) +
                    " that the tensor needs");
  }
  Bytes content(content_bytes);
  const int written = LZ4_decompress_safe(
      reinterpret_cast<const char*>(block.data), reinterpret_cast<char*>(content.data()),
      static_cast<int>(block.size), static_cast<int>(content_bytes));
  if (written < 0 || static_cast<std::size_t>(written) != content_bytes) {
    throw bad_input(std::string(kStream) + ": its LZ4 block of " + std::to_string(block.size) +
                    " bytes is damaged or not of " + std::to_string(content_bytes));
  }
  return content;
}

class SpinnCodec : public Codec {
 public:
  explicit SpinnCodec(unsigned bits) : bits_(bits) {}

  std::string unsupported_reason(const TensorSpec& spec) const override {
    if (spec.dtype != DType::kF32) {
      return "takes float32 features; this is " + tensor_text(spec);
    }
    if (spec.elements() == 0) return "takes at least one value; this is " + tensor_text(spec);
    if (bit_plane_bytes(spec.elements(), kMaxBits) > LZ4_MAX_INPUT_SIZE) {
      return "takes at most " + std::to_string(LZ4_MAX_INPUT_SIZE) + " values; this is " +
             tensor_text(spec);
    }
    return "";
  }

  Bytes encode(const Tensor& tensor) const override {
    const std::size_t count = tensor.elements();
    const AffineRange range = finite_range(tensor.as<float>(), count);
    Bytes symbols(count);
    quantise(tensor.as<float>(), count, range, top_symbol(bits_), symbols.data());
    Bytes planes(bit_plane_bytes(count, bits_));
    pack_bit_planes(symbols.data(), count, bits_, planes.data());

    ByteWriter writer;
    writer.u8(static_cast<std::uint8_t>(bits_));
    write_range(writer, range);
    writer.raw(lz4_compress(planes));
    return writer.take();
  }

  Tensor decode(ByteView body, const TensorSpec& spec) const override {
    const std::string reason = unsupported_reason(spec);
    if (!reason.empty()) throw bad_input(std::string(kStream) + ": " + reason);
    ByteReader reader(body, kStream);
    const unsigned bits = reader.u8();
    if (bits < kMinBits || bits > kMaxBits) {
      throw bad_input(std::string(kStream) + ": declares " + std::to_string(bits) +
                      " bits, 2..8 are possible");
    }
    const AffineRange range = read_range(reader, kStream);
    const std::size_t count = spec.elements();
    const Bytes planes = lz4_decompress(reader.rest(), bit_plane_bytes(count, bits));
    Bytes symbols(count);
    unpack_bit_planes(planes.data(), count, bits, symbols.data());
    Tensor tensor = Tensor::allocate(spec);
    dequantise(symbols.data(), count, range, top_symbol(bits), tensor.mutable_as<float>());
    return tensor;
  }

 private:
  unsigned bits_;
};

}  // namespace

CodecFactory spinn_codec() {
  CodecFactory factory;
  factory.description.name = "spinn";
  factory.description.summary =
      "affine quantisation to 2..8 bits, bitshuffle, LZ4: our definition of the SPINN baseline";
  factory.description.wire_id = 7;
  factory.description.options = {
      integer_option("bits", kMaxBits, kMinBits, kMaxBits, "bits per value before LZ4")};
  factory.description.rate = RateAxis{"bits", kMinBits, kMaxBits};
  factory.description.default_sweep = {"spinn:bits=2..8+1"};
  factory.make = [](const Spec& spec) -> std::unique_ptr<Codec> {
    return std::make_unique<SpinnCodec>(static_cast<unsigned>(integer_value(spec, "bits")));
  };
  return factory;
}

}  // namespace splitbench
