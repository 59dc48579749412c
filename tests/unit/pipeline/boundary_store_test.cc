#include "pipeline/boundary_store.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "support/error_message.h"
#include "support/temporary_folder.h"

namespace splitbench {
namespace {

constexpr std::size_t kImages = 3;
constexpr std::size_t kAll = std::size_t{1} << 30;

// Two splits: one tensor, and two of different types.
const std::vector<BoundarySpec> kSpecs = {
    {{DType::kF32, {1, 2, 3}}},
    {{DType::kU8, {1, 5}}, {DType::kI64, {1, 2}}},
};

constexpr std::size_t kEach = 3 * 64;  // of all tensors of an image, each on a line of its own

Boundary boundary_of(std::size_t split, std::size_t image) {
  Boundary boundary;
  for (const TensorSpec& spec : kSpecs[split]) {
    Tensor tensor = Tensor::allocate(spec);
    auto* bytes = tensor.mutable_as<std::uint8_t>();
    for (std::size_t i = 0; i < tensor.bytes(); ++i) {
      bytes[i] = static_cast<std::uint8_t>(100 * split + 30 * image + boundary.size() + i);
    }
    boundary.push_back(std::move(tensor));
  }
  return boundary;
}

bool identical(const Boundary& a, const Boundary& b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), bit_identical);
}

void expect_keeps_everything(std::size_t memory_bytes, bool spilled) {
  const TemporaryFolder folder;
  BoundaryStore store(kSpecs, kImages, memory_bytes, folder.path());
  EXPECT_EQ(store.spilled(), spilled);
  EXPECT_EQ(store.memory_used(), 0u);
  EXPECT_EQ(store.bytes(), kImages * kEach);
  EXPECT_EQ(folder.entries(), 0u) << "the spill file must have no name";
  // Any order.
  for (std::size_t image = kImages; image-- > 0;) {
    for (const std::size_t split : {1, 0}) store.put(split, image, boundary_of(split, image));
  }
  for (std::size_t split = 0; split < kSpecs.size(); ++split) {
    for (std::size_t image = 0; image < kImages; ++image) {
      EXPECT_TRUE(identical(store.get(split, image), boundary_of(split, image)))
          << split << " " << image;
      EXPECT_EQ(spec_of(store.get(split, image)), kSpecs[split]);
    }
  }
}

TEST(BoundaryStore, KeepsEverythingInMemory) { expect_keeps_everything(kAll, false); }
TEST(BoundaryStore, KeepsEverythingOnDisk) { expect_keeps_everything(0, true); }
TEST(BoundaryStore, SpillsAboveTheLimitOnly) {
  expect_keeps_everything(kImages * kEach, false);
  expect_keeps_everything(kImages * kEach - 1, true);
}

TEST(BoundaryStore, FillsMemoryToTheByteAndSpillsTheRest) {
  const TemporaryFolder folder;
  BoundaryStore store(kSpecs, kImages, kEach + 63, folder.path());
  for (std::size_t image = 0; image < kImages; ++image) {
    for (const std::size_t split : {0, 1}) store.put(split, image, boundary_of(split, image));
  }
  EXPECT_EQ(store.memory_used(), kEach);
  for (std::size_t image = 0; image < kImages; ++image) {
    for (const std::size_t split : {0, 1}) {
      EXPECT_TRUE(identical(store.get(split, image), boundary_of(split, image)));
    }
  }
}

TEST(BoundaryStore, ALimitThatComesLaterSpillsWhatComesLater) {
  const TemporaryFolder folder;
  BoundaryStore store(kSpecs, kImages, kAll, folder.path());
  store.put(0, 0, boundary_of(0, 0));
  EXPECT_FALSE(store.spilled());
  store.limit_memory(store.memory_used());
  EXPECT_TRUE(store.spilled());
  store.put(0, 1, boundary_of(0, 1));
  EXPECT_EQ(store.memory_used(), 64u);
  for (const std::size_t image : {0, 1}) {
    EXPECT_TRUE(identical(store.get(0, image), boundary_of(0, image)));
  }
}

TEST(BoundaryStore, RefusesAnotherShapeThanDeclared) {
  const TemporaryFolder folder;
  for (const std::size_t memory : {std::size_t{0}, kAll}) {
    BoundaryStore store(kSpecs, kImages, memory, folder.path());
    EXPECT_NE(bad_input_message([&] { store.put(0, 0, boundary_of(1, 0)); }), "");
    EXPECT_NE(bad_input_message([&] { store.put(0, kImages, boundary_of(0, 0)); }), "");
    Boundary reshaped = {boundary_of(0, 0)[0].reshaped({1, 3, 2})};
    EXPECT_NE(bad_input_message([&] { store.put(0, 0, reshaped); }).find("--split"),
              std::string::npos);
  }
}

TEST(BoundaryStore, AFolderThatIsNoneIsARuntimeError) {
  const std::string message = error_message(
      ErrorCode::kRuntime, [] { BoundaryStore store(kSpecs, kImages, 0, "/nowhere/at/all"); });
  EXPECT_EQ(message,
            "/nowhere/at/all: cannot make a temporary file for tensors: No such file or directory");
}

TEST(BoundaryStore, ReadingWhatWasNeverWrittenToDiskIsAnError) {
  const TemporaryFolder folder;
  const BoundaryStore store(kSpecs, kImages, 0, folder.path());
  EXPECT_NE(error_message(ErrorCode::kRuntime, [&] { store.get(0, 0); }), "");
}

TEST(BoundaryStore, GivesMemoryBackLater) {
  const TemporaryFolder folder;
  const std::vector<BoundarySpec> specs = {{{DType::kF32, {1, 3000}}}, {{DType::kF32, {1, 10}}}};
  const auto boundary = [&](std::size_t split, std::size_t image) {
    Tensor tensor = Tensor::allocate(specs[split][0]);
    std::fill_n(tensor.mutable_as<float>(), tensor.elements(), 10.0F * split + image);
    return Boundary{tensor};
  };
  constexpr std::size_t kMany = 20;
  BoundaryStore store(specs, kMany, kAll, folder.path());
  const auto expect_kept = [&] {
    for (std::size_t image = 0; image < kMany; ++image) {
      for (const std::size_t split : {0, 1}) {
        EXPECT_TRUE(identical(store.get(split, image), boundary(split, image)));
      }
    }
  };
  for (std::size_t image = 0; image < kMany; ++image) {
    for (const std::size_t split : {0, 1}) store.put(split, image, boundary(split, image));
  }
  const std::size_t all = store.memory_used();
  store.spill(all);
  EXPECT_EQ(store.memory_used(), all);
  store.spill(all / 2);
  EXPECT_TRUE(store.spilled());
  EXPECT_LE(store.memory_used(), all / 2);
  EXPECT_GT(store.memory_used(), all / 2 - 3000 * sizeof(float) - 64);
  expect_kept();
  store.spill(0);
  EXPECT_EQ(store.memory_used(), 0u);
  expect_kept();
}

}  // namespace
}  // namespace splitbench
