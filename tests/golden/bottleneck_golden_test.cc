// Bottleneck files of every format version are read for ever, and version 1 is written byte for
// byte as it was recorded. A raised version gets a new file; old ones are never changed. Recorded
// with
//   SPLITBENCH_RECORD_GOLDEN=1 bin/golden_test --gtest_filter='*BottleneckGolden*'
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>

#include "codec/bottleneck/bottleneck_file.h"
#include "codec/bottleneck/latent_coder.h"
#include "support/bottleneck_samples.h"
#include "support/golden_folder.h"

namespace splitbench {
namespace {

// `now` is what is recorded where nothing is yet.
Bytes recorded(const std::string& name, const Bytes& now) {
  const auto path = testing::golden_folder() / "bottlenecks" / name;
  if (std::getenv("SPLITBENCH_RECORD_GOLDEN") != nullptr && !std::filesystem::exists(path)) {
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary)
        .write(reinterpret_cast<const char*>(now.data()), static_cast<std::streamsize>(now.size()));
  }
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file) << path;
  return Bytes(std::istreambuf_iterator<char>(file), {});
}

TEST(BottleneckGolden, VersionOneIsReadAndWrittenAgain) {
  const Bytes file = recorded("v1.bottleneck", write_bottleneck(testing::sample_bottleneck()));
  const Bottleneck read = read_bottleneck(file);
  EXPECT_EQ(read.decoder_split, "layer1.relu");
  EXPECT_EQ(read.coder.tables.at(2).frequencies.at(6), 65515);
  EXPECT_EQ(read.training.epochs.at(1).seconds, 1e-9);
  EXPECT_EQ(write_bottleneck(read), file);
  EXPECT_EQ(write_bottleneck(testing::sample_bottleneck()), file);
}

// Whole numbers and halves alone, of which every platform computes the same floats.
Tensor exact_latent() {
  Tensor latent = Tensor::allocate({DType::kF32, {1, 2, 8, 8}});
  for (int i = 0; i < 128; ++i) {
    latent.mutable_as<float>()[i] = 0.5F * static_cast<float>(i * i % 37 - 11) * (i < 64 ? 1 : 8);
  }
  return latent;
}

TEST(BottleneckGolden, LatentsAreCodedAsEver) {
  const Tensor latent = exact_latent();
  const LatentTable table{-8, {4096, 4096, 8192, 8192, 16384, 8192, 8192, 8190, 2}};
  const LatentTable levels{0, {1024, 1024, 61440, 2048}};
  const std::pair<const char*, LatentCoder> coders[] = {
      {"affine-8", {LatentCoding::kAffine, 8, {}, {}}},
      {"affine-3", {LatentCoding::kAffine, 3, {}, {}}},
      {"affine-coded-6", {LatentCoding::kAffineCoded, 6, {}, {levels, levels}}},
      {"factorised", {LatentCoding::kFactorised, 8, {0.25F, -1}, {table, table}}}};
  for (const auto& [name, coder] : coders) {
    const LatentCodec codec(coder, latent.spec());
    const Bytes bytes = codec.encode(latent);
    EXPECT_EQ(bytes, recorded(std::string(name) + ".latent", bytes)) << name;
    const Tensor decoded = codec.decode(bytes);
    const ByteView view(decoded.data(), decoded.bytes());
    const Bytes elements(view.data, view.data + view.size);
    EXPECT_EQ(elements, recorded(std::string(name) + ".elements", elements)) << name;
  }
}

}  // namespace
}  // namespace splitbench
