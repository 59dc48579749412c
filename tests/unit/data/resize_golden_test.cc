// Reading, resizing and cropping against what PIL and torchvision make of the same files
// (tests/data/resize, recorded by tests/support/make_resize_goldens.py).
#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "data/image_reader.h"
#include "data/image_tensor.h"
#include "data/preprocess.h"

namespace splitbench {
namespace {

const std::string kFolder = std::string(SPLITBENCH_TEST_DATA) + "/resize/";

struct Golden {
  std::string image;
  Preprocess preprocess;
  ImageSize size;  // of the result
  std::string file;
};

std::string read_text(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

// The value of `key` in one line of the index, which is a JSON object of numbers, plain strings and
// nulls; without quotes.
std::string value_of(const std::string& line, const std::string& key) {
  const std::string label = "\"" + key + "\": ";
  const std::size_t at = line.find(label);
  EXPECT_NE(at, std::string::npos) << key << " is not in " << line;
  if (at == std::string::npos) return "0";
  const std::size_t start = at + label.size();
  const std::string value = line.substr(start, line.find_first_of(",}", start) - start);
  return value.front() == '"' ? value.substr(1, value.size() - 2) : value;
}

std::optional<int> number_or_null(const std::string& text) {
  return text == "null" ? std::nullopt : std::optional<int>(std::stoi(text));
}

std::vector<Golden> read_index() {
  std::ifstream stream(kFolder + "index.json");
  std::vector<Golden> goldens;
  for (std::string line; std::getline(stream, line);) {
    if (line.find('{') == std::string::npos) continue;
    Golden golden;
    golden.image = value_of(line, "image");
    golden.preprocess.resize = number_or_null(value_of(line, "resize"));
    golden.preprocess.interpolation = value_of(line, "interpolation") == "bicubic"
                                          ? Interpolation::kBicubic
                                          : Interpolation::kBilinear;
    golden.preprocess.crop = number_or_null(value_of(line, "crop"));
    golden.size = {std::stoi(value_of(line, "channels")), std::stoi(value_of(line, "height")),
                   std::stoi(value_of(line, "width"))};
    golden.preprocess.gray = golden.size.channels == 1;
    golden.file = value_of(line, "file");
    goldens.push_back(golden);
  }
  EXPECT_GE(goldens.size(), 20u) << "in " << kFolder << "index.json";
  return goldens;
}

// Rows of interleaved samples as planes.
Tensor read_interleaved(const std::string& path, const ImageSize& size) {
  const std::string text = read_text(path);
  Tensor image = allocate_image(size);
  EXPECT_EQ(text.size(), image.bytes()) << path;
  if (text.size() != image.bytes()) return image;
  const std::int64_t pixels = size.height * size.width;
  for (std::int64_t i = 0; i < pixels * size.channels; ++i) {
    const std::int64_t plane = i % size.channels;
    image.mutable_as<std::uint8_t>()[plane * pixels + i / size.channels] =
        static_cast<std::uint8_t>(text[static_cast<std::size_t>(i)]);
  }
  return image;
}

void expect_golden(const Tensor& image, const Golden& golden) {
  const Tensor expected = read_interleaved(kFolder + golden.file, golden.size);
  const Tensor result = resize_and_crop(image, golden.preprocess);
  ASSERT_EQ(result.shape(), expected.shape()) << golden.file;
  EXPECT_TRUE(bit_identical(result, expected)) << golden.file;
}

// From samples that PIL has read, so that it needs no image plug-in.
TEST(ResizeGolden, ResizesAndCropsAsTorchvision) {
  const std::vector<Golden> goldens = read_index();
  std::size_t compared = 0;
  for (const Golden& source : goldens) {
    if (source.preprocess.resize || source.preprocess.crop) continue;
    const Tensor image = read_interleaved(kFolder + source.file, source.size);
    for (const Golden& golden : goldens) {
      if (golden.image != source.image) continue;
      expect_golden(image, golden);
      ++compared;
    }
  }
  EXPECT_GE(compared, 12u);
}

TEST(ResizeGolden, ReadsFilesAsPil) {
  if (!std::filesystem::exists(std::string(SPLITBENCH_PLUGIN_DIR) + "/" + kImagePluginFile)) {
    GTEST_SKIP() << "the image plug-in is not built (SPLITBENCH_IMAGE=OFF)";
  }
  const std::unique_ptr<ImageReader> reader = open_image_reader();
  for (const Golden& golden : read_index()) {
    expect_golden(reader->read(kFolder + golden.image, golden.preprocess.gray), golden);
  }
}

}  // namespace
}  // namespace splitbench
