// Bottleneck files of every format version are read for ever, and version 1 is written byte for
// byte as it was recorded. A raised version gets a new file; old ones are never changed. Recorded
// with
//   SPLITBENCH_RECORD_GOLDEN=1 bin/golden_test --gtest_filter='*BottleneckGolden*'
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "codec/bottleneck/bottleneck_file.h"
#include "support/bottleneck_samples.h"

namespace splitbench {
namespace {

Bytes recorded(const char* name) {
  const auto path = std::filesystem::path(SPLITBENCH_TEST_DATA) / "bottlenecks" / name;
  if (std::getenv("SPLITBENCH_RECORD_GOLDEN") != nullptr && !std::filesystem::exists(path)) {
    const Bytes file = write_bottleneck(testing::sample_bottleneck());
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary)
        .write(reinterpret_cast<const char*>(file.data()),
               static_cast<std::streamsize>(file.size()));
  }
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file) << path;
  return Bytes(std::istreambuf_iterator<char>(file), {});
}

TEST(BottleneckGolden, VersionOneIsReadAndWrittenAgain) {
  const Bytes file = recorded("v1.bottleneck");
  const Bottleneck read = read_bottleneck(file);
  EXPECT_EQ(read.decoder_split, "layer1.relu");
  EXPECT_EQ(read.coder.tables.at(2).frequencies.at(6), 65515);
  EXPECT_EQ(read.training.epochs.at(1).seconds, 1e-9);
  EXPECT_EQ(write_bottleneck(read), file);
  EXPECT_EQ(write_bottleneck(testing::sample_bottleneck()), file);
}

}  // namespace
}  // namespace splitbench
