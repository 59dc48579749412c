#include "data/image_check.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "support/dataset_files.h"
#include "support/error_message.h"
#include "support/image_bytes.h"

namespace splitbench {
namespace {

ByteView view(const std::string& text) { return {text.data(), text.size()}; }

std::string complaint(const std::string& file) {
  return bad_input_message([&] { check_image(view(file)); });
}

void expect_header(const std::string& file, ImageFormat format, std::uint64_t width,
                   std::uint64_t height) {
  const ImageHeader header = check_image(view(file));
  EXPECT_EQ(header.format, format);
  EXPECT_EQ(header.width, width);
  EXPECT_EQ(header.height, height);
}

std::string golden_file(const std::string& name) {
  std::ifstream stream(std::string(SPLITBENCH_TEST_DATA) + "/resize/" + name, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

TEST(ImageCheck, ReadsTheSizeOfEveryFormat) {
  expect_header(golden_file("rotated_96x64.jpg"), ImageFormat::kJpeg, 96, 64);
  expect_header(golden_file("mixed_61x47.png"), ImageFormat::kPng, 61, 47);
  expect_header(pnm_bytes("P6", 3, 2, 255), ImageFormat::kPnm, 3, 2);
  expect_header("P5 # a comment 9\n 2\t1 255\nab", ImageFormat::kPnm, 2, 1);
  expect_header(bmp_bytes(3, 2), ImageFormat::kBmp, 3, 2);
  expect_header(tiff_bytes(3, 2), ImageFormat::kTiff, 3, 2);
  expect_header(webp_lossless_header(3, 2), ImageFormat::kWebp, 3, 2);
}

TEST(ImageCheck, RefusesWhatIsNoImage) {
  EXPECT_EQ(complaint(""), "the file is empty");
  EXPECT_NE(complaint("hello, world").find("not an image"), std::string::npos);
  EXPECT_NE(complaint("GIF89a").find("not an image"), std::string::npos);
}

// No prefix of a file is taken for the whole, whatever the format.
TEST(ImageCheck, RefusesEveryPrefix) {
  for (const std::string& file :
       {golden_file("gray_48x40.jpg"), png_bytes(5, 4, 2, 8, std::string(60, 'x')),
        pnm_bytes("P6", 3, 2, 65535), pnm_bytes("P4", 9, 2, 0), bmp_bytes(3, 2), tiff_bytes(3, 2),
        webp_lossless_header(3, 2)}) {
    ASSERT_NO_THROW(check_image(view(file)));
    for (std::size_t size = 0; size < file.size(); ++size) {
      // An exact copy, so that a sanitizer sees a read past the end.
      const Bytes prefix(file.begin(), file.begin() + static_cast<long>(size));
      EXPECT_THROW(check_image(prefix), Error) << file.substr(0, 4) << " cut to " << size;
    }
  }
}

TEST(ImageCheck, LooksForTheEndOfAJpegBehindItsThumbnail) {
  // The end-of-image marker inside a segment (a thumbnail's) is not that of the picture.
  const std::string file = golden_file("gray_48x40.jpg");
  const std::string segment("\xFF\xE1\x00\x04\xFF\xD9", 6);
  const std::string with_segment = file.substr(0, 2) + segment + file.substr(2);
  EXPECT_NO_THROW(check_image(view(with_segment)));
  EXPECT_NE(complaint(with_segment.substr(0, with_segment.size() - 2)).find("cut off"),
            std::string::npos);
}

TEST(ImageCheck, RefusesADamagedPngChunk) {
  std::string file = png_bytes(5, 4, 2, 8, std::string(60, 'x'));
  file[file.size() - 20] ^= 1;
  EXPECT_NE(complaint(file).find("checksum"), std::string::npos);
}

TEST(ImageCheck, RefusesSizesOutsideTheLimit) {
  std::string jpeg = golden_file("gray_48x40.jpg");
  const std::size_t frame_header = jpeg.find("\xFF\xC0");
  ASSERT_NE(frame_header, std::string::npos);
  jpeg.replace(frame_header + 5, 4, "\xFF\xFF\xFF\xFF");
  EXPECT_NE(complaint(jpeg).find("declares 65535 x 65535 pixels"), std::string::npos);
  EXPECT_NE(complaint(png_bytes(1 << 15, (1 << 13) + 1, 2, 8, "")).find("2^28"), std::string::npos);
  EXPECT_NO_THROW(check_image(view(png_bytes(1 << 15, 1 << 13, 2, 8, ""))));
  EXPECT_NE(complaint(png_bytes(0, 4, 2, 8, "")).find("2^28"), std::string::npos);
  EXPECT_NE(complaint(png_bytes(0xFFFFFFFF, 0xFFFFFFFF, 2, 8, "")).find("2^28"), std::string::npos);
  EXPECT_NE(complaint("P5 99999999999 1 255\n").find("2^28"), std::string::npos);
  EXPECT_NE(complaint(tiff_bytes(0x7FFFFFFF, 0x7FFFFFFF)).find("2^28"), std::string::npos);
}

TEST(EssentialPng, KeepsOnlyWhatTheSamplesNeed) {
  const std::string plain = png_bytes(5, 4, 2, 8, std::string(60, 'x'));
  const std::string chunk = png_chunk("iCCP", "nonsense");
  const std::string::size_type data = plain.find("IDAT") - 4;
  const std::string with_profile = plain.substr(0, data) + chunk + plain.substr(data);
  const Bytes essential = essential_png(view(with_profile));
  EXPECT_EQ(std::string(essential.begin(), essential.end()), plain);
}

}  // namespace
}  // namespace splitbench
