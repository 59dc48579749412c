// webp: WebP images (libwebp), lossy or lossless.
//
// Body: a WebP file without alpha or animation. A gray image is coded as RGB with three equal
// channels; green, the one nearest to luma, is what is read back.

#include <webp/decode.h>
#include <webp/encode.h>

#include <memory>
#include <string>

#include "base/error.h"
#include "codec/interleave.h"
#include "codec/options.h"
#include "core/codec.h"

namespace splitbench {
namespace {

constexpr const char* kStream = "webp stream";
constexpr std::size_t kRgb = 3;

struct WebpFree {
  void operator()(std::uint8_t* buffer) const { WebPFree(buffer); }
};

Bytes gray_to_rgb(const Bytes& gray) {
  Bytes rgb(gray.size() * kRgb);
  for (std::size_t i = 0; i < gray.size(); ++i) {
    rgb[kRgb * i] = rgb[kRgb * i + 1] = rgb[kRgb * i + 2] = gray[i];
  }
  return rgb;
}

Bytes green_of_rgb(const Bytes& rgb) {
  Bytes gray(rgb.size() / kRgb);
  for (std::size_t i = 0; i < gray.size(); ++i) gray[i] = rgb[kRgb * i + 1];
  return gray;
}

// Throws unless the file's header declares such an image, before anything is allocated.
void require_header(ByteView body, ImageSize size) {
  WebPBitstreamFeatures features;
  if (WebPGetFeatures(body.data, body.size, &features) != VP8_STATUS_OK) {
    throw bad_input(std::string(kStream) + ": bad WebP header");
  }
  if (features.width != size.width || features.height != size.height ||
      features.has_animation != 0) {
    throw bad_input(std::string(kStream) + ": its WebP " +
                    (features.has_animation != 0 ? "animation" : "image") + " is " +
                    std::to_string(features.width) + "x" + std::to_string(features.height) +
                    " pixels, the tensor needs an image of " + std::to_string(size.width) + "x" +
                    std::to_string(size.height));
  }
}

class WebpCodec : public Codec {
 public:
  WebpCodec(int quality, bool lossless) : quality_(quality), lossless_(lossless) {}

  std::string unsupported_reason(const TensorSpec& spec) const override {
    return not_an_image_reason(spec, WEBP_MAX_DIMENSION);
  }

  Bytes encode(const Tensor& tensor) const override {
    const ImageSize size = image_size(tensor.spec());
    const Bytes pixels = interleave(tensor);
    const Bytes rgb = size.channels == 1 ? gray_to_rgb(pixels) : pixels;
    const int stride = size.width * static_cast<int>(kRgb);
    std::uint8_t* buffer = nullptr;
    const std::size_t bytes =
        lossless_ ? WebPEncodeLosslessRGB(rgb.data(), size.width, size.height, stride, &buffer)
                  : WebPEncodeRGB(rgb.data(), size.width, size.height, stride,
                                  static_cast<float>(quality_), &buffer);
    const std::unique_ptr<std::uint8_t, WebpFree> owner(buffer);
    if (bytes == 0) {
      throw runtime_failure("libwebp cannot compress an image of " + std::to_string(size.width) +
                            "x" + std::to_string(size.height) + " pixels");
    }
    return Bytes(buffer, buffer + bytes);
  }

  Tensor decode(ByteView body, const TensorSpec& spec) const override {
    const std::string reason = unsupported_reason(spec);
    if (!reason.empty()) throw bad_input(std::string(kStream) + ": " + reason);
    const ImageSize size = image_size(spec);
    require_header(body, size);
    Bytes rgb(size.bytes() / static_cast<std::size_t>(size.channels) * kRgb);
    if (WebPDecodeRGBInto(body.data, body.size, rgb.data(), rgb.size(),
                          size.width * static_cast<int>(kRgb)) == nullptr) {
      throw bad_input(std::string(kStream) + ": damaged or truncated WebP");
    }
    return deinterleave(size.channels == 1 ? green_of_rgb(rgb) : rgb, spec);
  }

 private:
  int quality_;
  bool lossless_;
};

}  // namespace

CodecFactory webp_codec() {
  CodecFactory factory;
  factory.description.name = "webp";
  factory.description.summary = "WebP of the input image";
  factory.description.wire_id = 6;
  factory.description.options = {
      integer_option("quality", 90, 1, 100, "WebP quality; without effect when lossless"),
      choice_option("lossless", {"0", "1"}, "1 codes the image without loss")};
  factory.description.default_sweep = {"webp:quality=75,90"};
  factory.make = [](const Spec& spec) -> std::unique_ptr<Codec> {
    return std::make_unique<WebpCodec>(integer_value(spec, "quality"),
                                       spec.options.at("lossless") == "1");
  };
  return factory;
}

}  // namespace splitbench
