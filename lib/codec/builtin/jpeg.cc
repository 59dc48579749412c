// jpeg: baseline JPEG (libjpeg-turbo) of feature maps tiled into a gray mosaic, and of images.
//
// Body: codec/picture_codec.h, with files that are gray or YCbCr JPEGs; the symbols of features
// have 8 bits.

#include <turbojpeg.h>

#include <memory>
#include <string>

#include "base/error.h"
#include "codec/options.h"
#include "codec/picture_codec.h"

namespace splitbench {
namespace {

constexpr const char* kStream = "jpeg stream";
constexpr int kMaxSide = 65535;
constexpr std::size_t kBlock = 8;
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

int pixel_format(ImageSize size) { return size.channels == 1 ? TJPF_GRAY : TJPF_RGB; }

class JpegFormat : public PictureFormat {
 public:
  JpegFormat(int quality, int subsampling) : quality_(quality), subsampling_(subsampling) {}

  PictureTraits traits() const override { return {kStream, kMaxSide, kBlock, false}; }

  Bytes compress(const Picture& picture) const override {
    const ImageSize size = picture.size;
    const Turbo turbo = require_turbo(tjInitCompress());
    unsigned char* buffer = nullptr;
    unsigned long bytes = 0;
    const int status = tjCompress2(
        turbo.get(), picture.pixels.data(), size.width, 0, size.height, pixel_format(size), &buffer,
        &bytes, size.channels == 1 ? TJSAMP_GRAY : subsampling_, quality_, kEncodeFlags);
    const std::unique_ptr<unsigned char, TurboFree> owner(buffer);
    if (status != 0) {
      throw runtime_failure(std::string("libjpeg-turbo cannot compress: ") +
                            tjGetErrorStr2(turbo.get()));
    }
    return Bytes(buffer, buffer + bytes);
  }

  ImageSize declared_size(ByteView file, int channels) const override {
    const Turbo turbo = require_turbo(tjInitDecompress());
    ImageSize size;
    size.channels = channels;
    int subsampling = 0;
    int colours = 0;
    if (tjDecompressHeader3(turbo.get(), file.data, file.size, &size.width, &size.height,
                            &subsampling, &colours) != 0) {
      throw bad_input(std::string(kStream) + ": bad JPEG header: " + tjGetErrorStr2(turbo.get()));
    }
    if (colours != (channels == 1 ? TJCS_GRAY : TJCS_YCbCr)) {
      throw bad_input(std::string(kStream) + ": its JPEG is of another colour space than the " +
                      (channels == 1 ? "gray" : "RGB") + " tensor");
    }
    return size;
  }

  void decompress(ByteView file, Picture& picture) const override {
    const Turbo turbo = require_turbo(tjInitDecompress());
    if (tjDecompress2(turbo.get(), file.data, file.size, picture.pixels.data(), picture.size.width,
                      0, picture.size.height, pixel_format(picture.size), kDecodeFlags) != 0) {
      throw bad_input(std::string(kStream) + ": damaged JPEG: " + tjGetErrorStr2(turbo.get()));
    }
  }

 private:
  int quality_;
  int subsampling_;
};

std::unique_ptr<const PictureFormat> make_format(const Spec& spec) {
  const bool full_chroma = spec.options.at("subsampling") == "444";
  return std::make_unique<JpegFormat>(integer_value(spec, "quality"),
                                      full_chroma ? TJSAMP_444 : TJSAMP_420);
}

}  // namespace

CodecFactory jpeg_codec() {
  CodecDescription description;
  description.name = "jpeg";
  description.summary = "JPEG of the channels as a gray 8-bit mosaic, or of the image";
  description.wire_id = 4;
  description.options = {
      integer_option("quality", 90, 1, 100, "JPEG quality"),
      choice_option("subsampling", {"420", "444"}, "chroma subsampling of RGB images")};
  description.rate = RateAxis{"quality", 1, 100};
  description.default_sweep = {"jpeg:quality=25,50,75,85,90,95,98:tiling=compact"};
  return picture_codec_factory<make_format>(std::move(description));
}

}  // namespace splitbench
