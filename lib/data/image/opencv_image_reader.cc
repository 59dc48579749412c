// Image files by OpenCV, with the samples that PIL's Image.open(path).convert("RGB") gives.
#include <cstring>
#include <memory>
#include <new>
#include <utility>

#include <opencv2/core.hpp>
#include <opencv2/core/utils/logger.hpp>
#include <opencv2/imgcodecs.hpp>

#include "base/error.h"
#include "data/image_check.h"
#include "data/image_reader.h"
#include "data/image_tensor.h"
#include "data/random_access_file.h"

namespace splitbench {
namespace {

constexpr std::uint64_t kMaxFileBytes = std::uint64_t{1} << 28;

// As PIL has it: of 16-bit colour the high byte counts, 16-bit grey is clipped at 255.
std::uint8_t to_8_bit(std::uint8_t sample, bool) { return sample; }
std::uint8_t to_8_bit(std::uint16_t sample, bool gray) {
  if (gray) return static_cast<std::uint8_t>(sample > 255 ? 255 : sample);
  return static_cast<std::uint8_t>(sample >> 8);
}

// OpenCV's interleaved rows to planes, blue-green-red to red-green-blue; alpha is dropped.
template <typename T>
Tensor to_planes(const cv::Mat& decoded) {
  const int channels = decoded.channels();
  const bool gray = channels == 1;
  const int planes = gray ? 1 : 3;
  Tensor image = allocate_image({planes, decoded.rows, decoded.cols});
  auto* output = image.mutable_as<std::uint8_t>();
  for (int plane = 0; plane < planes; ++plane) {
    const int channel = planes - 1 - plane;
    for (int y = 0; y < decoded.rows; ++y) {
      const T* row = decoded.ptr<T>(y) + channel;
      for (int x = 0; x < decoded.cols; ++x) *output++ = to_8_bit(row[x * channels], gray);
    }
  }
  return image;
}

Tensor decode(ByteView file) {
  const ImageHeader header = check_image(file);
  Bytes essential;
  if (header.format == ImageFormat::kPng) {
    essential = essential_png(file);
    file = essential;
  }
  const cv::Mat bytes(1, static_cast<int>(file.size), CV_8U, const_cast<std::uint8_t*>(file.data));
  // Unchanged: no rotation by EXIF, and grey stays recognisable. (What libjpeg remarks on damaged
  // entropy-coded data goes to stderr; OpenCV has no way to catch it. PIL reads such files too.)
  const cv::Mat decoded = cv::imdecode(bytes, cv::IMREAD_UNCHANGED);
  const int channels = decoded.channels();
  if (decoded.empty()) throw bad_input("the image data are damaged");
  if (channels != 1 && channels != 3 && channels != 4) {
    throw bad_input("pictures with " + std::to_string(channels) + " channels are not supported");
  }
  if (decoded.depth() == CV_8U) return to_planes<std::uint8_t>(decoded);
  if (decoded.depth() == CV_16U) return to_planes<std::uint16_t>(decoded);
  throw bad_input("samples are neither 8 nor 16 bits; convert the picture to 8-bit RGB");
}

// An exception's text as one line.
std::string one_line(std::string text) {
  for (char& c : text) {
    if (c == '\n') c = ' ';
  }
  return text;
}

class OpencvImageReader : public ImageReader {
 public:
  Tensor read(const std::string& path, bool gray) const override {
    const Bytes file = read_whole_file(path, kMaxFileBytes);
    try {
      const Tensor image = decode(file);
      return gray ? to_gray(image) : to_rgb(image);
    } catch (const Error& error) {
      throw bad_input("cannot read image " + path + ": " + error.what());
    } catch (const cv::Exception& error) {
      throw bad_input("cannot read image " + path + ": " + one_line(error.err));
    } catch (const std::bad_alloc&) {
      throw runtime_failure("not enough memory to read image " + path);
    }
  }
};

}  // namespace
}  // namespace splitbench

extern "C" __attribute__((visibility("default"))) splitbench::ImageReader*
splitbench_open_image_reader(const char* build_id) {
  if (std::strcmp(build_id, SPLITBENCH_VERSION) != 0) return nullptr;
  cv::utils::logging::setLogLevel(cv::utils::logging::LOG_LEVEL_SILENT);
  // Images are decoded by several callers at once; OpenCV must not add threads of its own.
  cv::setNumThreads(1);
  return std::make_unique<splitbench::OpencvImageReader>().release();
}
