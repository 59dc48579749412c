// jpeg: baseline JPEG (libjpeg-turbo) of feature maps tiled into a gray mosaic, and of images.
//
// Body of a float32 tensor (1xCxHxW, or 1xC taken as C maps of 1x1): its range as two float32, then
// a gray JPEG of the mosaic (codec/mosaic.h) of its 8-bit affine symbols (codec/affine.h). Body of
// a uint8 image: a gray or YCbCr JPEG. NaN and infinity are refused.

#include <turbojpeg.h>

#include <memory>
#include <string>

#include "base/error.h"
#include "codec/affine.h"
#include "codec/interleave.h"
#include "codec/mosaic.h"
#include "codec/options.h"
#include "codec/tensor_text.h"
#include "core/codec.h"

namespace splitbench {
namespace {

constexpr const char* kStream = "jpeg stream";
constexpr int kMaxSide = 65535;
constexpr unsigned kTopSymbol = 255;
// The accurate integer transform gives the same bits on every platform.
constexpr int kEncodeFlags = TJFLAG_ACCURATEDCT;
constexpr int kDecodeFlags = TJFLAG_ACCURATEDCT | TJFLAG_STOPONWARNING | TJFLAG_LIMITSCANS;

struct TurboDeleter {
  void operator()(void* handle) const { tjDestroy(handle); }
};
using Turbo = std::unique_ptr<void, TurboDeleter>;

struct TurboFree {
  void operator()(unsigned char* buffer) const { tjFree(buffer); }
};

Turbo require_turbo(tjhandle handle) {
  if (handle == nullptr) throw runtime_failure("libjpeg-turbo cannot start: out of memory");
  return Turbo(handle);
}

Bytes compress(const std::uint8_t* pixels, ImageSize size, int subsampling, int quality) {
  const Turbo turbo = require_turbo(tjInitCompress());
  unsigned char* buffer = nullptr;
  unsigned long bytes = 0;
  const int status = tjCompress2(
      turbo.get(), pixels, size.width, 0, size.height, size.channels == 1 ? TJPF_GRAY : TJPF_RGB,
      &buffer, &bytes, size.channels == 1 ? TJSAMP_GRAY : subsampling, quality, kEncodeFlags);
  const std::unique_ptr<unsigned char, TurboFree> owner(buffer);
  if (status != 0) {
    throw runtime_failure(std::string("libjpeg-turbo cannot compress: ") +
                          tjGetErrorStr2(turbo.get()));
  }
  return Bytes(buffer, buffer + bytes);
}

// Throws unless the JPEG's header declares exactly this size, before anything is allocated.
void require_header(tjhandle turbo, ByteView jpeg, ImageSize size) {
  int width = 0;
  int height = 0;
  int subsampling = 0;
  int colours = 0;
  if (tjDecompressHeader3(turbo, jpeg.data, jpeg.size, &width, &height, &subsampling, &colours) !=
      0) {
    throw bad_input(std::string(kStream) + ": bad JPEG header: " + tjGetErrorStr2(turbo));
  }
  const bool colours_fit = colours == (size.channels == 1 ? TJCS_GRAY : TJCS_YCbCr);
  if (width != size.width || height != size.height || !colours_fit) {
    throw bad_input(std::string(kStream) + ": its JPEG is " + std::to_string(width) + "x" +
                    std::to_string(height) + " pixels" +
                    (colours_fit ? "" : " of another colour space") + ", the tensor needs " +
                    std::to_string(size.width) + "x" + std::to_string(size.height));
  }
}

Bytes decompress(ByteView jpeg, ImageSize size) {
  const Turbo turbo = require_turbo(tjInitDecompress());
  require_header(turbo.get(), jpeg, size);
  Bytes pixels(size.bytes());
  if (tjDecompress2(turbo.get(), jpeg.data, jpeg.size, pixels.data(), size.width, 0, size.height,
                    size.channels == 1 ? TJPF_GRAY : TJPF_RGB, kDecodeFlags) != 0) {
    throw bad_input(std::string(kStream) + ": damaged JPEG: " + tjGetErrorStr2(turbo.get()));
  }
  return pixels;
}

Mosaic feature_mosaic(const Shape& shape) {
  const bool maps = shape.size() == 4;
  return near_square_mosaic(static_cast<std::size_t>(shape[1]),
                            maps ? static_cast<std::size_t>(shape[2]) : 1,
                            maps ? static_cast<std::size_t>(shape[3]) : 1);
}

ImageSize picture_size(const Mosaic& mosaic) {
  return {static_cast<int>(mosaic.width()), static_cast<int>(mosaic.height()), 1};
}

class JpegCodec : public Codec {
 public:
  JpegCodec(int quality, int subsampling) : quality_(quality), subsampling_(subsampling) {}

  std::string unsupported_reason(const TensorSpec& spec) const override {
    if (spec.dtype == DType::kU8) return not_an_image_reason(spec, kMaxSide);
    const Shape& shape = spec.shape;
    if (spec.dtype != DType::kF32 || (shape.size() != 2 && shape.size() != 4) || shape[0] != 1 ||
        spec.elements() == 0) {
      return "takes float32 features of one input (1xCxHxW or 1xC) and uint8 images; this is " +
             tensor_text(spec);
    }
    const Mosaic mosaic = feature_mosaic(shape);
    if (mosaic.width() > kMaxSide || mosaic.height() > kMaxSide) {
      return "makes pictures of at most 65535 pixels a side; " + tensor_text(spec) + " needs " +
             std::to_string(mosaic.width()) + "x" + std::to_string(mosaic.height());
    }
    return "";
  }

  Bytes encode(const Tensor& tensor) const override {
    if (tensor.dtype() == DType::kU8) {
      return compress(interleave(tensor).data(), image_size(tensor.spec()), subsampling_, quality_);
    }
    const AffineRange range = finite_range(tensor.as<float>(), tensor.elements());
    Bytes symbols(tensor.elements());
    quantise(tensor.as<float>(), tensor.elements(), range, kTopSymbol, symbols.data());
    const Mosaic mosaic = feature_mosaic(tensor.shape());
    const ImageSize size = picture_size(mosaic);
    Bytes picture(size.bytes());
    tile(mosaic, symbols.data(), picture.data());

    ByteWriter writer;
    write_range(writer, range);
    writer.raw(compress(picture.data(), size, TJSAMP_GRAY, quality_));
    return writer.take();
  }

  Tensor decode(ByteView body, const TensorSpec& spec) const override {
    const std::string reason = unsupported_reason(spec);
    if (!reason.empty()) throw bad_input(std::string(kStream) + ": " + reason);
    if (spec.dtype == DType::kU8) return deinterleave(decompress(body, image_size(spec)), spec);

    ByteReader reader(body, kStream);
    const AffineRange range = read_range(reader, kStream);
    const Mosaic mosaic = feature_mosaic(spec.shape);
    const Bytes picture = decompress(reader.rest(), picture_size(mosaic));
    Bytes symbols(spec.elements());
    untile(mosaic, picture.data(), symbols.data());
    Tensor tensor = Tensor::allocate(spec);
    dequantise(symbols.data(), symbols.size(), range, kTopSymbol, tensor.mutable_as<float>());
    return tensor;
  }

 private:
  int quality_;
  int subsampling_;
};

}  // namespace

CodecFactory jpeg_codec() {
  CodecFactory factory;
  factory.description.name = "jpeg";
  factory.description.summary = "JPEG of the channels as a gray 8-bit mosaic, or of the image";
  factory.description.wire_id = 4;
  factory.description.options = {
      integer_option("quality", 90, 1, 100, "JPEG quality"),
      choice_option("subsampling", {"420", "444"}, "chroma subsampling of RGB images")};
  factory.description.default_sweep = {"jpeg:quality=50,75,90,95"};
  factory.make = [](const Spec& spec) -> std::unique_ptr<Codec> {
    const bool full_chroma = spec.options.at("subsampling") == "444";
    return std::make_unique<JpegCodec>(integer_value(spec, "quality"),
                                       full_chroma ? TJSAMP_444 : TJSAMP_420);
  };
  return factory;
}

}  // namespace splitbench
