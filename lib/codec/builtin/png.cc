// png: lossless images (libpng).
//
// Body: a PNG file, 8-bit gray or RGB without alpha.

#include <png.h>

#include <memory>
#include <string>

#include "base/error.h"
#include "codec/interleave.h"
#include "codec/options.h"
#include "core/codec.h"

namespace splitbench {
namespace {

constexpr const char* kStream = "png stream";
constexpr int kMaxSide = 65535;

// libpng's simplified interface: errors are return values and a message in the image.
struct PngImageFree {
  void operator()(png_image* image) const { png_image_free(image); }
};

png_image empty_image() {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  return image;
}

png_uint_32 pixel_format(ImageSize size) {
  return size.channels == 1 ? PNG_FORMAT_GRAY : PNG_FORMAT_RGB;
}

class PngCodec : public Codec {
 public:
  std::string unsupported_reason(const TensorSpec& spec) const override {
    return not_an_image_reason(spec, kMaxSide);
  }

  Bytes encode(const Tensor& tensor) const override {
    const ImageSize size = image_size(tensor.spec());
    png_image image = empty_image();
    const std::unique_ptr<png_image, PngImageFree> owner(&image);
    image.width = static_cast<png_uint_32>(size.width);
    image.height = static_cast<png_uint_32>(size.height);
    image.format = pixel_format(size);
    const Bytes pixels = interleave(tensor);
    png_alloc_size_t bytes = PNG_IMAGE_PNG_SIZE_MAX(image);
    Bytes body(bytes);
    if (png_image_write_to_memory(&image, body.data(), &bytes, 0, pixels.data(), 0, nullptr) == 0) {
      throw runtime_failure(std::string("libpng cannot compress: ") + image.message);
    }
    body.resize(bytes);
    return body;
  }

  Tensor decode(ByteView body, const TensorSpec& spec) const override {
    const std::string reason = unsupported_reason(spec);
    if (!reason.empty()) throw bad_input(std::string(kStream) + ": " + reason);
    png_image image = empty_image();
    const std::unique_ptr<png_image, PngImageFree> owner(&image);
    if (png_image_begin_read_from_memory(&image, body.data, body.size) == 0) {
      throw bad_input(std::string(kStream) + ": bad PNG header: " + image.message);
    }
    const ImageSize size = image_size(spec);
    if (image.width != static_cast<png_uint_32>(size.width) ||
        image.height != static_cast<png_uint_32>(size.height) ||
        image.format != pixel_format(size)) {
      throw bad_input(std::string(kStream) + ": its PNG is " + std::to_string(image.width) + "x" +
                      std::to_string(image.height) + " pixels of format " +
                      std::to_string(image.format) + ", the tensor needs " +
                      std::to_string(size.width) + "x" + std::to_string(size.height) +
                      " of format " + std::to_string(pixel_format(size)));
    }
    Bytes pixels(size.bytes());
    if (png_image_finish_read(&image, nullptr, pixels.data(), 0, nullptr) == 0) {
      throw bad_input(std::string(kStream) + ": damaged PNG: " + image.message);
    }
    return deinterleave(pixels, spec);
  }
};

}  // namespace

CodecFactory png_codec() {
  CodecFactory factory;
  factory.description.name = "png";
  factory.description.summary = "PNG of the input image, lossless";
  factory.description.wire_id = 5;
  factory.description.lossless = true;
  factory.description.default_sweep = {"png"};
  factory.make = [](const Spec&) -> std::unique_ptr<Codec> { return std::make_unique<PngCodec>(); };
  return factory;
}

}  // namespace splitbench
