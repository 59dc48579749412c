#include "data/idx_file.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include <string>

#include "support/dataset_files.h"
#include "support/error_message.h"
#include "support/temporary_folder.h"

namespace splitbench {
namespace {

class IdxFile : public ::testing::Test {
 protected:
  std::string gzipped(const std::string& name, const std::string& content) {
    const std::string path = folder_.path(name);
    gzFile file = gzopen(path.c_str(), "wb");
    gzwrite(file, content.data(), static_cast<unsigned>(content.size()));
    gzclose(file);
    return path;
  }

  void expect_complaint(const std::string& path, const std::string& about) {
    const std::string message = bad_input_message([&] { read_idx_file(path, 2); });
    EXPECT_NE(message.find(about), std::string::npos) << message;
    EXPECT_NE(message.find(path), std::string::npos) << message;
  }

  TemporaryFolder folder_;
};

TEST_F(IdxFile, ReadsPlainAndGzippedAlike) {
  const std::string content = idx_bytes({2, 3}, "abcdef");
  const Tensor plain = read_idx_file(folder_.write("plain", content), 2);
  EXPECT_EQ(plain.spec(), (TensorSpec{DType::kU8, {2, 3}}));
  EXPECT_EQ(std::string(plain.as<char>(), plain.bytes()), "abcdef");
  EXPECT_TRUE(bit_identical(read_idx_file(gzipped("packed.gz", content), 2), plain));
}

TEST_F(IdxFile, RefusesMissingAndDamagedFiles) {
  expect_complaint(folder_.path("absent"), "cannot open");
  expect_complaint(folder_.write("empty", ""), "ends within its header");
  expect_complaint(folder_.write("text", "this is not an IDX file"), "is not an IDX file");
  expect_complaint(folder_.write("labels", idx_bytes({6}, "abcdef") + "padding"),
                   "with 2 dimensions");
  expect_complaint(folder_.write("short", idx_bytes({2, 3}, "abcde")), "5 elements");
  expect_complaint(folder_.write("long", idx_bytes({2, 3}, "abcdefg")), "longer");
}

TEST_F(IdxFile, RefusesHugeDeclarationsWithoutAllocatingThem) {
  expect_complaint(folder_.write("huge", idx_bytes({0xFFFFFFFF, 0xFFFFFFFF}, "a")), "2^30");
  // Allowed by the limit, but not there.
  expect_complaint(folder_.write("lie", idx_bytes({1 << 15, 1 << 15}, "a")), "1 elements");
}

TEST_F(IdxFile, RefusesATruncatedOrCorruptGzipStream) {
  std::string noise;
  for (unsigned i = 0; i < 5000; ++i) noise += static_cast<char>(i * 2654435761u >> 24);
  const std::string path = gzipped("full.gz", idx_bytes({50, 100}, noise));
  std::string packed;
  {
    std::ifstream stream(path, std::ios::binary);
    packed.assign(std::istreambuf_iterator<char>(stream), {});
  }
  expect_complaint(folder_.write("cut.gz", packed.substr(0, packed.size() / 2)), "damaged");
  packed[packed.size() - 6] ^= 1;  // in the checksum
  expect_complaint(folder_.write("bad.gz", packed), "damaged");
}

}  // namespace
}  // namespace splitbench
