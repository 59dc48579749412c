// png: PNG (libpng) of feature maps tiled into a gray mosaic of few levels, and of images.
//
// Body: codec/picture_codec.h, with files that are 8-bit gray or RGB PNGs without alpha. The
// symbols of features have 1 to 8 bits; the samples of their files have as many, or the next larger
// number that PNG knows: a symbol of 3 bits is a sample of 4. Lossless but for the symbols.

#include <png.h>

#include <csetjmp>
#include <cstring>
#include <memory>
#include <new>
#include <string>

#include "base/error.h"
#include "codec/options.h"
#include "codec/picture_codec.h"

namespace splitbench {
namespace {

constexpr const char* kStream = "png stream";
constexpr int kMaxSide = 65535;
constexpr unsigned kTopSample = 255;  // of the 8 bits that libpng reads all depths as

// Bits of a sample.
unsigned sample_depth(unsigned symbol_bits) {
  unsigned depth = 1;
  while (depth < symbol_bits) depth *= 2;
  return depth;
}

// Where libpng leaves what it writes, or why it cannot.
struct PngOutput {
  Bytes file;
  char message[128] = "";
};

void append(png_structp png, png_bytep data, png_size_t size) {
  auto* output = static_cast<PngOutput*>(png_get_io_ptr(png));
  bool fits = true;
  try {
    output->file.insert(output->file.end(), data, data + size);
  } catch (const std::bad_alloc&) {
    fits = false;
  }
  if (!fits) png_error(png, "out of memory");
}

[[noreturn]] void fail(png_structp png, png_const_charp message) {
  auto* output = static_cast<PngOutput*>(png_get_error_ptr(png));
  std::strncpy(output->message, message, sizeof output->message - 1);
  png_longjmp(png, 1);
}

void ignore(png_structp /*png*/, png_const_charp /*message*/) {}

class PngWriter {
 public:
  explicit PngWriter(PngOutput* output)
      : png_(png_create_write_struct(PNG_LIBPNG_VER_STRING, output, fail, ignore)),
        info_(png_ == nullptr ? nullptr : png_create_info_struct(png_)) {
    if (info_ == nullptr) throw runtime_failure("libpng cannot start: out of memory");
    png_set_write_fn(png_, output, append, nullptr);
  }
  ~PngWriter() { png_destroy_write_struct(&png_, &info_); }
  PngWriter(const PngWriter&) = delete;
  PngWriter& operator=(const PngWriter&) = delete;

  // libpng reports an error by a jump to here: nothing in between may have a destructor to run.
  bool write(const Picture& picture) {
    if (setjmp(png_jmpbuf(png_)) != 0) return false;
    const bool gray = picture.size.channels == 1;
    png_set_IHDR(png_, info_, static_cast<png_uint_32>(picture.size.width),
                 static_cast<png_uint_32>(picture.size.height),
                 static_cast<int>(sample_depth(picture.bits)),
                 gray ? PNG_COLOR_TYPE_GRAY : PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE,
                 PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    png_write_info(png_, info_);
    png_set_packing(png_);
    const std::size_t stride = static_cast<std::size_t>(picture.size.width) *
                               static_cast<std::size_t>(picture.size.channels);
    for (int y = 0; y < picture.size.height; ++y) {
      png_write_row(png_, picture.pixels.data() + static_cast<std::size_t>(y) * stride);
    }
    png_write_end(png_, nullptr);
    return true;
  }

 private:
  png_structp png_;
  png_infop info_;
};

// libpng's simplified interface for reading: errors are return values and a message in the image.
class PngReader {
 public:
  explicit PngReader(ByteView file) {
    image_.version = PNG_IMAGE_VERSION;
    if (png_image_begin_read_from_memory(&image_, file.data, file.size) == 0) {
      throw bad_input(std::string(kStream) + ": bad PNG header: " + image_.message);
    }
  }
  ~PngReader() { png_image_free(&image_); }
  PngReader(const PngReader&) = delete;
  PngReader& operator=(const PngReader&) = delete;

  const png_image& image() const { return image_; }

  void read(std::uint8_t* pixels) {
    if (png_image_finish_read(&image_, nullptr, pixels, 0, nullptr) == 0) {
      throw bad_input(std::string(kStream) + ": damaged PNG: " + image_.message);
    }
  }

 private:
  png_image image_{};
};

class PngFormat : public PictureFormat {
 public:
  PictureTraits traits() const override { return {kStream, kMaxSide, 1, true}; }

  Bytes compress(const Picture& picture) const override {
    PngOutput output;
    PngWriter writer(&output);
    if (!writer.write(picture)) {
      throw runtime_failure(std::string("libpng cannot compress: ") + output.message);
    }
    return std::move(output.file);
  }

  ImageSize declared_size(ByteView file, int channels) const override {
    const PngReader reader(file);
    const png_image& image = reader.image();
    const png_uint_32 format = channels == 1 ? PNG_FORMAT_GRAY : PNG_FORMAT_RGB;
    if (image.format != format) {
      throw bad_input(std::string(kStream) + ": its PNG has pixels of format " +
                      std::to_string(image.format) + ", the tensor needs format " +
                      std::to_string(format));
    }
    if (image.width > kMaxSide || image.height > kMaxSide) {
      throw bad_input(std::string(kStream) + ": its PNG is " + std::to_string(image.width) + "x" +
                      std::to_string(image.height) + " pixels, at most 65535 a side are possible");
    }
    return {static_cast<int>(image.width), static_cast<int>(image.height), channels};
  }

  void decompress(ByteView file, Picture& picture) const override {
    PngReader(file).read(picture.pixels.data());
    const unsigned depth = sample_depth(picture.bits);
    const unsigned step = kTopSample / ((1U << depth) - 1);
    if (step == 1) return;
    for (std::uint8_t& pixel : picture.pixels) {
      if (pixel % step != 0) {
        throw bad_input(std::string(kStream) + ": its PNG has more than " + std::to_string(depth) +
                        " bits a pixel");
      }
      pixel = static_cast<std::uint8_t>(pixel / step);
    }
  }
};

std::unique_ptr<const PictureFormat> make_format(const Spec& /*spec*/) {
  return std::make_unique<PngFormat>();
}

}  // namespace

CodecFactory png_codec() {
  CodecDescription description;
  description.name = "png";
  description.summary =
      "PNG of the channels as a gray mosaic of 2..8 bits, or of the image, lossless";
  description.wire_id = 5;
  description.options = {integer_option("bits", 8, 2, 8, "bits per value of features")};
  description.rate = RateAxis{"bits", 2, 8};
  description.default_sweep = {"png:bits=2,3,4,5,6,8:tiling=compact"};
  return picture_codec_factory<make_format>(std::move(description));
}

}  // namespace splitbench
