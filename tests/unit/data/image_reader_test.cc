#include "data/image_reader.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "support/error_message.h"
#include "support/image_bytes.h"
#include "support/temporary_folder.h"

namespace splitbench {
namespace {

class ImageReaderTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(std::string(SPLITBENCH_PLUGIN_DIR) + "/" + kImagePluginFile)) {
      GTEST_SKIP() << "the image plug-in is not built (SPLITBENCH_IMAGE=OFF)";
    }
    reader_ = open_image_reader();
  }

  std::vector<int> read(const std::string& content, bool gray = false) {
    const Tensor image = reader_->read(folder_.write("image", content), gray);
    const auto* samples = image.as<std::uint8_t>();
    return {samples, samples + image.elements()};
  }

  void expect_complaint(const std::string& path, const std::string& about) {
    const std::string message = bad_input_message([&] { reader_->read(path, false); });
    EXPECT_NE(message.find(about), std::string::npos) << message;
    EXPECT_NE(message.find(path), std::string::npos) << message;
  }

  TemporaryFolder folder_;
  std::unique_ptr<ImageReader> reader_;
};

std::string golden_file(const std::string& name) {
  std::ifstream stream(std::string(SPLITBENCH_TEST_DATA) + "/resize/" + name, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

TEST_F(ImageReaderTest, GivesPlanesInRgbOrder) {
  const std::string pixels = "abcdef";  // two RGB pixels
  const std::vector<int> planes = {'a', 'd', 'b', 'e', 'c', 'f'};
  EXPECT_EQ(read(png_bytes(2, 1, 2, 8, pixels)), planes);
  EXPECT_EQ(read("P6 2 1 255\n" + pixels), planes);
  EXPECT_EQ(reader_->read(folder_.write("x.png", png_bytes(2, 1, 2, 8, pixels)), false).shape(),
            (Shape{1, 3, 1, 2}));
}

TEST_F(ImageReaderTest, DropsAlpha) {
  EXPECT_EQ(read(png_bytes(1, 1, 6, 8, std::string("abc\x00", 4))),
            (std::vector<int>{'a', 'b', 'c'}));
}

TEST_F(ImageReaderTest, RepeatsGreyForRgbAndKeepsItForGrey) {
  EXPECT_EQ(read(png_bytes(2, 1, 0, 8, "ab")), (std::vector<int>{'a', 'b', 'a', 'b', 'a', 'b'}));
  EXPECT_EQ(read(png_bytes(2, 1, 0, 8, "ab"), /*gray=*/true), (std::vector<int>{'a', 'b'}));
}

TEST_F(ImageReaderTest, TurnsColourToGreyAsPil) {
  EXPECT_EQ(read(png_bytes(1, 1, 2, 8, "\x0D\x4D\xC8"), /*gray=*/true), (std::vector<int>{72}));
}

TEST_F(ImageReaderTest, TakesSixteenBitsAsPil) {
  // The high byte of colour ...
  EXPECT_EQ(read(png_bytes(1, 1, 2, 16, std::string("\x12\xFF\x34\x00\x56\x80", 6))),
            (std::vector<int>{0x12, 0x34, 0x56}));
  // ... but grey is clipped.
  EXPECT_EQ(read(png_bytes(2, 1, 0, 16, std::string("\x00\x64\x01\x00", 4)), /*gray=*/true),
            (std::vector<int>{100, 255}));
}

TEST_F(ImageReaderTest, RefusesMissingAndDamagedFiles) {
  expect_complaint(folder_.path("absent.jpg"), "cannot open");
  expect_complaint(folder_.path(), "not a regular file");
  expect_complaint(folder_.write("empty.jpg", ""), "the file is empty");
  expect_complaint(folder_.write("text.jpg", "not an image"), "not an image");
  const std::string jpeg = golden_file("rotated_96x64.jpg");
  expect_complaint(folder_.write("half.jpg", jpeg.substr(0, jpeg.size() / 2)), "cut off");
  const std::string png = golden_file("mixed_61x47.png");
  expect_complaint(folder_.write("half.png", png.substr(0, png.size() / 2)), "cut off");
}

TEST_F(ImageReaderTest, RefusesAPngThatDecodesToTooLittle) {
  // A sound file structure around too few samples.
  expect_complaint(folder_.write("few.png", png_bytes(100, 100, 2, 8, "")), "damaged");
}

TEST(OpenImageReader, RefusesAFileThatIsNoPlugin) {
  const TemporaryFolder folder;
  const std::string path = folder.write("libsplitbench_image.so", "text");
  const std::string message = error_message(ErrorCode::kRuntime, [&] { open_image_reader(path); });
  EXPECT_NE(message.find(path), std::string::npos) << message;
}

TEST(OpenImageReader, RefusesALibraryWithoutItsSymbol) {
  const std::string message =
      error_message(ErrorCode::kRuntime, [] { open_image_reader("libm.so.6"); });
  EXPECT_NE(message.find(kOpenImageReaderSymbol), std::string::npos) << message;
}

}  // namespace
}  // namespace splitbench
