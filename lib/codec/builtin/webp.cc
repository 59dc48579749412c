// webp: WebP (libwebp), lossy or lossless, of feature maps tiled into a gray mosaic, and of images.
//
// Body: codec/picture_codec.h, with WebP files without alpha or animation. A gray image is coded as
// RGB with three equal channels; green, the one nearest to luma, is what is read back. Features are
// the luma itself beside neutral chroma, or three equal channels when lossless; their symbols have
// 8 bits. Luma as it is spares them the rounding of the conversion, which compresses 256 levels to
// 219: 1 to 3 % fewer bytes at the same error on features of a MobileNetV2.

#include <webp/decode.h>
#include <webp/encode.h>

#include <algorithm>
#include <memory>
#include <string>

#include "base/error.h"
#include "codec/options.h"
#include "codec/picture_codec.h"

namespace splitbench {
namespace {

constexpr const char* kStream = "webp stream";
constexpr std::size_t kMacroblock = 16;
constexpr std::size_t kRgb = 3;
constexpr std::uint8_t kNeutralChroma = 128;
constexpr int kLossyFile = 1;  // WebPBitstreamFeatures::format

struct WebpFree {
  void operator()(std::uint8_t* buffer) const { WebPFree(buffer); }
};
using WebpBuffer = std::unique_ptr<std::uint8_t, WebpFree>;

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

int half_up(int side) { return (side + 1) / 2; }

Error cannot_compress(ImageSize size) {
  return runtime_failure("libwebp cannot compress an image of " + std::to_string(size.width) + "x" +
                         std::to_string(size.height) + " pixels");
}

WebPBitstreamFeatures features_of_file(ByteView file) {
  WebPBitstreamFeatures features;
  if (WebPGetFeatures(file.data, file.size, &features) != VP8_STATUS_OK) {
    throw bad_input(std::string(kStream) + ": bad WebP header");
  }
  return features;
}

// A picture of libwebp and the memory it writes to.
class LumaEncoder {
 public:
  LumaEncoder(ImageSize size, int quality) : size_(size) {
    WebPMemoryWriterInit(&memory_);
    const bool matches = WebPConfigInit(&config_) != 0 && WebPPictureInit(&picture_) != 0;
    if (!matches) throw runtime_failure("libwebp is of another version than its headers");
    config_.quality = static_cast<float>(quality);
    picture_.width = size.width;
    picture_.height = size.height;
    picture_.writer = WebPMemoryWrite;
    picture_.custom_ptr = &memory_;
    if (WebPPictureAlloc(&picture_) == 0) throw cannot_compress(size);
  }
  ~LumaEncoder() {
    WebPPictureFree(&picture_);
    WebPMemoryWriterClear(&memory_);
  }
  LumaEncoder(const LumaEncoder&) = delete;
  LumaEncoder& operator=(const LumaEncoder&) = delete;

  Bytes encode(const Bytes& luma) {
    for (int y = 0; y < size_.height; ++y) {
      std::copy_n(luma.data() + std::ptrdiff_t{y} * size_.width, size_.width,
                  picture_.y + std::ptrdiff_t{y} * picture_.y_stride);
    }
    const auto chroma_bytes = static_cast<std::size_t>(half_up(size_.height)) *
                              static_cast<std::size_t>(picture_.uv_stride);
    std::fill_n(picture_.u, chroma_bytes, kNeutralChroma);
    std::fill_n(picture_.v, chroma_bytes, kNeutralChroma);
    if (WebPEncode(&config_, &picture_) == 0) throw cannot_compress(size_);
    return Bytes(memory_.mem, memory_.mem + memory_.size);
  }

 private:
  ImageSize size_;
  WebPConfig config_;
  WebPPicture picture_;
  WebPMemoryWriter memory_;
};

Bytes decode_luma(ByteView file, ImageSize size) {
  const int chroma_stride = half_up(size.width);
  Bytes luma(size.bytes());
  Bytes blue(static_cast<std::size_t>(chroma_stride) *
             static_cast<std::size_t>(half_up(size.height)));
  Bytes red(blue.size());
  if (WebPDecodeYUVInto(file.data, file.size, luma.data(), luma.size(), size.width, blue.data(),
                        blue.size(), chroma_stride, red.data(), red.size(),
                        chroma_stride) == nullptr) {
    throw bad_input(std::string(kStream) + ": damaged or truncated WebP");
  }
  return luma;
}

Bytes decode_rgb(ByteView file, ImageSize size) {
  Bytes rgb(size.bytes() / static_cast<std::size_t>(size.channels) * kRgb);
  if (WebPDecodeRGBInto(file.data, file.size, rgb.data(), rgb.size(),
                        size.width * static_cast<int>(kRgb)) == nullptr) {
    throw bad_input(std::string(kStream) + ": damaged or truncated WebP");
  }
  return rgb;
}

class WebpFormat : public PictureFormat {
 public:
  WebpFormat(int quality, bool lossless) : quality_(quality), lossless_(lossless) {}

  PictureTraits traits() const override {
    return {kStream, WEBP_MAX_DIMENSION, kMacroblock, false};
  }

  Bytes compress(const Picture& picture) const override {
    if (picture.is_features && !lossless_) {
      return LumaEncoder(picture.size, quality_).encode(picture.pixels);
    }
    return compress_rgb(picture.size.channels == 1 ? gray_to_rgb(picture.pixels) : picture.pixels,
                        picture.size);
  }

  ImageSize declared_size(ByteView file, int channels) const override {
    const WebPBitstreamFeatures features = features_of_file(file);
    if (features.has_animation != 0) {
      throw bad_input(std::string(kStream) + ": its WebP is an animation, not a picture");
    }
    return {features.width, features.height, channels};
  }

  void decompress(ByteView file, Picture& picture) const override {
    if (picture.is_features && features_of_file(file).format == kLossyFile) {
      picture.pixels = decode_luma(file, picture.size);
      return;
    }
    Bytes rgb = decode_rgb(file, picture.size);
    picture.pixels = picture.size.channels == 1 ? green_of_rgb(rgb) : std::move(rgb);
  }

 private:
  Bytes compress_rgb(const Bytes& rgb, ImageSize size) const {
    const int stride = size.width * static_cast<int>(kRgb);
    std::uint8_t* buffer = nullptr;
    const std::size_t bytes =
        lossless_ ? WebPEncodeLosslessRGB(rgb.data(), size.width, size.height, stride, &buffer)
                  : WebPEncodeRGB(rgb.data(), size.width, size.height, stride,
                                  static_cast<float>(quality_), &buffer);
    const WebpBuffer owner(buffer);
    if (bytes == 0) throw cannot_compress(size);
    return Bytes(buffer, buffer + bytes);
  }

  int quality_;
  bool lossless_;
};

std::unique_ptr<const PictureFormat> make_format(const Spec& spec) {
  return std::make_unique<WebpFormat>(integer_value(spec, "quality"),
                                      spec.options.at("lossless") == "1");
}

}  // namespace

CodecFactory webp_codec() {
  CodecDescription description;
  description.name = "webp";
  description.summary = "WebP of the channels as a gray 8-bit mosaic, or of the image";
  description.wire_id = 6;
  description.options = {
      integer_option("quality", 90, 1, 100, "WebP quality; without effect when lossless"),
      choice_option("lossless", {"0", "1"}, "1 codes the picture without loss")};
  description.rate = RateAxis{"quality", 1, 100};
  description.default_sweep = {"webp:quality=25,50,75,85,90,95,100:tiling=compact"};
  return picture_codec_factory<make_format>(std::move(description));
}

}  // namespace splitbench
