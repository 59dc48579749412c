// raw: the elements as they are, or rounded to half precision.
//
// Body: the elements, little-endian. A float32 tensor's elements are float32 or binary16, told
// apart by the size of the body; a uint8 tensor's are uint8. NaN and infinities pass; fp16 is
// rounded as codec/float16.h documents.

#include <algorithm>
#include <cstring>

#include "base/error.h"
#include "codec/float16.h"
#include "codec/options.h"
#include "codec/tensor_text.h"
#include "core/codec.h"

namespace splitbench {
namespace {

enum class Element { kF32, kF16, kU8 };

Element parse_element(const std::string& name) {
  if (name == "fp32") return Element::kF32;
  return name == "fp16" ? Element::kF16 : Element::kU8;
}

class RawCodec : public Codec {
 public:
  explicit RawCodec(Element element) : element_(element) {}

  std::string unsupported_reason(const TensorSpec& spec) const override {
    const bool images = element_ == Element::kU8;
    if (spec.dtype == (images ? DType::kU8 : DType::kF32)) return "";
    const std::string takes = images ? "takes uint8 images" : "takes float32 features";
    const std::string use = spec.dtype == DType::kU8    ? "raw:dtype=uint8"
                            : spec.dtype == DType::kF32 ? "raw:dtype=fp32 or quant:bits=8"
                                                        : "zstd";
    return takes + "; this is " + tensor_text(spec) + "; use " + use;
  }

  Bytes encode(const Tensor& tensor) const override {
    if (element_ != Element::kF16) {
      const auto* bytes = tensor.as<std::uint8_t>();
      return Bytes(bytes, bytes + tensor.bytes());
    }
    Bytes body(tensor.elements() * sizeof(std::uint16_t));
    float_to_half(tensor.as<float>(), tensor.elements(),
                  reinterpret_cast<std::uint16_t*>(body.data()));
    return body;
  }

  Tensor decode(ByteView body, const TensorSpec& spec) const override {
    if (spec.dtype != DType::kF32 && spec.dtype != DType::kU8) {
      throw bad_input("raw stream: declares " + tensor_text(spec) + ", which raw never holds");
    }
    const std::size_t elements = spec.elements();
    if (body.size == spec.bytes()) {
      Tensor tensor = Tensor::allocate(spec);
      std::copy(body.data, body.data + body.size, tensor.mutable_as<std::uint8_t>());
      return tensor;
    }
    if (spec.dtype == DType::kF32 && body.size == elements * sizeof(std::uint16_t)) {
      Tensor tensor = Tensor::allocate(spec);
      decode_halves(body, tensor);
      return tensor;
    }
    throw bad_input("raw stream: " + tensor_text(spec) + " cannot have " +
                    std::to_string(body.size) + " bytes");
  }

 private:
  // The body may begin at an odd address: converted through an aligned block.
  static void decode_halves(ByteView body, Tensor& tensor) {
    constexpr std::size_t kBlock = 1024;
    std::uint16_t halves[kBlock];
    for (std::size_t first = 0; first < tensor.elements(); first += kBlock) {
      const std::size_t count = std::min(kBlock, tensor.elements() - first);
      std::memcpy(halves, body.data + first * sizeof(std::uint16_t), count * sizeof(std::uint16_t));
      half_to_float(halves, count, tensor.mutable_as<float>() + first);
    }
  }

  Element element_;
};

}  // namespace

CodecFactory raw_codec() {
  CodecFactory factory;
  factory.description.name = "raw";
  factory.description.summary = "the elements as they are, or in half precision";
  factory.description.wire_id = 1;
  factory.description.lossless = true;
  factory.description.options = {
      choice_option("dtype", {"fp32", "fp16", "uint8"},
                    "fp32 and fp16 take float32 features (fp16 rounds), uint8 takes uint8 images")};
  factory.description.default_sweep = {"raw:dtype=fp32,fp16,uint8"};
  factory.make = [](const Spec& spec) -> std::unique_ptr<Codec> {
    return std::make_unique<RawCodec>(parse_element(spec.options.at("dtype")));
  };
  return factory;
}

}  // namespace splitbench
