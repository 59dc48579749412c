#include "codec/calibration.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "codec/stream.h"
#include "codec/tensor_text.h"

namespace splitbench {
namespace {

constexpr const char* kWhat = "codec calibration";
constexpr std::uint8_t kMagic = 0xB7;
constexpr std::size_t kChecksumOffset = 3;
constexpr std::size_t kMaxRank = 8;
constexpr std::size_t kMaxElements = std::size_t{1} << 31;

const CalibratedFactory& calibrated_factory(const ConfiguredCodec& codec) {
  const CodecFactory& factory = find_codec(codec.description.name);
  if (!factory.calibrated) {
    throw runtime_failure("internal: codec '" + codec.spec + "' takes no calibration");
  }
  return *factory.calibrated;
}

TensorSpec read_tensor_spec(ByteReader& reader) {
  TensorSpec spec;
  spec.dtype = static_cast<DType>(reader.u8());
  element_bytes(spec.dtype);  // throws on a number that stands for no type
  const std::uint64_t rank = reader.varint();
  if (rank > kMaxRank) {
    throw bad_input(std::string(kWhat) + ": declares " + std::to_string(rank) + " dimensions");
  }
  for (std::uint64_t i = 0; i < rank; ++i) {
    const std::uint64_t dimension = reader.varint();
    if (dimension > kMaxElements) {
      throw bad_input(std::string(kWhat) + ": declares a dimension of " +
                      std::to_string(dimension));
    }
    spec.shape.push_back(static_cast<std::int64_t>(dimension));
  }
  if (spec.elements() > kMaxElements) {
    throw bad_input(std::string(kWhat) + ": declares a tensor of " + shape_text(spec.shape));
  }
  return spec;
}

// Refuses every tensor but those the calibration was made for.
class CalibratedCodec : public Codec {
 public:
  CalibratedCodec(std::unique_ptr<Codec> codec, TensorSpec spec)
      : codec_(std::move(codec)), spec_(std::move(spec)) {}

  std::string unsupported_reason(const TensorSpec& spec) const override {
    if (spec == spec_) return codec_->unsupported_reason(spec);
    return "was calibrated for " + tensor_text(spec_) + "; this is " + tensor_text(spec);
  }
  Bytes encode(const Tensor& tensor) const override { return codec_->encode(tensor); }
  Tensor decode(ByteView body, const TensorSpec& spec) const override {
    if (spec != spec_) throw bad_input(std::string("codec stream: ") + unsupported_reason(spec));
    return codec_->decode(body, spec);
  }

 private:
  std::unique_ptr<Codec> codec_;
  TensorSpec spec_;
};

}  // namespace

bool lacks_calibration(const ConfiguredCodec& codec) {
  return codec.needs_calibration && !codec.calibration;
}

std::string calibration_key(const ConfiguredCodec& codec) {
  const Spec spec = parse_spec(codec.spec);
  Spec key{spec.name, {}};
  for (const std::string& option : calibrated_factory(codec).options) {
    key.options[option] = spec.options.at(option);
  }
  return key.canonical();
}

Bytes calibrate(const ConfiguredCodec& codec, const CalibrationSamples& samples) {
  ByteWriter writer;
  writer.u8(kMagic);
  writer.u8(codec.description.wire_id);
  writer.u8(codec.description.format_version);
  writer.u32(0);  // the checksum, known at the end
  writer.u8(static_cast<std::uint8_t>(samples.spec().dtype));
  writer.varint(samples.spec().shape.size());
  for (const std::int64_t dimension : samples.spec().shape) {
    writer.varint(static_cast<std::uint64_t>(dimension));
  }
  writer.raw(calibrated_factory(codec).calibrate(parse_spec(codec.spec), samples));
  Bytes bytes = writer.take();
  ByteWriter checksum;
  checksum.u32(stream_checksum(bytes));
  std::copy(checksum.bytes().begin(), checksum.bytes().end(), bytes.begin() + kChecksumOffset);
  return bytes;
}

ConfiguredCodec with_calibration(const ConfiguredCodec& codec, ByteView calibration) {
  ByteReader reader(calibration, kWhat);
  const std::uint8_t magic = reader.u8();
  const std::uint8_t wire_id = reader.u8();
  const std::uint8_t version = reader.u8();
  const std::uint32_t checksum = reader.u32();
  if (magic != kMagic || checksum != stream_checksum(calibration)) {
    throw bad_input(std::string(kWhat) + ": its " + std::to_string(calibration.size) +
                    " bytes are damaged or none; calibrate again");
  }
  if (wire_id != codec.description.wire_id) {
    throw bad_input(std::string(kWhat) + ": is one of codec '" +
                    find_codec(wire_id).description.name + "', not of '" + codec.description.name +
                    "'");
  }
  if (version == 0 || version > codec.description.format_version) {
    throw bad_input(std::string(kWhat) + ": has format version " + std::to_string(version) +
                    " of codec '" + codec.description.name + "', this splitbench reads up to " +
                    std::to_string(codec.description.format_version) + "; calibrate again");
  }
  const TensorSpec spec = read_tensor_spec(reader);
  ConfiguredCodec calibrated = codec;
  calibrated.codec = std::make_shared<CalibratedCodec>(
      calibrated_factory(codec).make(parse_spec(codec.spec), spec, reader.rest()), spec);
  calibrated.calibration = calibration_number(calibration);
  return calibrated;
}

CalibrationId calibration_number(ByteView calibration) {
  return static_cast<CalibrationId>(stream_checksum(calibration) & 0xffffU);
}

}  // namespace splitbench
