#include "measure/memory.h"

#include <gtest/gtest.h>

#include <cstring>
#include <filesystem>
#include <memory>

#include "support/temporary_folder.h"

namespace splitbench {
namespace {

TEST(PeakResidentBytes, IsReadFromTheKernel) {
  const TemporaryFolder folder;
  std::filesystem::create_directories(folder.path("proc/self"));
  folder.write("proc/self/status",
               "Name:\tx\nVmPeak:\t 900 kB\nVmHWM:\t     300 kB\nVmRSS:\t 20 kB\n");
  EXPECT_EQ(peak_resident_bytes(folder.path()), 300u * 1024);
  EXPECT_EQ(resident_bytes(folder.path()), 20u * 1024);
}

TEST(PeakResidentBytes, IsZeroWhereNothingTells) {
  const TemporaryFolder folder;
  EXPECT_EQ(peak_resident_bytes(folder.path()), 0u);
  EXPECT_EQ(resident_bytes(folder.path()), 0u);
}

TEST(PeakResidentBytes, GrowsWithWhatIsTouched) {
  if (peak_resident_bytes() == 0) GTEST_SKIP() << "this kernel does not tell";
  constexpr std::size_t kBytes = std::size_t{64} << 20;
  const auto block = std::make_unique<char[]>(kBytes);
  std::memset(block.get(), 1, kBytes);
  EXPECT_GE(peak_resident_bytes(), kBytes);
}

TEST(PeakResidentBytes, BeginsAnew) {
  if (!reset_peak_resident()) GTEST_SKIP() << "this kernel does not let us";
  constexpr std::size_t kBytes = std::size_t{64} << 20;
  {
    const auto block = std::make_unique<char[]>(kBytes);
    std::memset(block.get(), 1, kBytes);
    EXPECT_GE(peak_resident_bytes(), kBytes);
  }
  const std::size_t with_block = peak_resident_bytes();
  ASSERT_TRUE(reset_peak_resident());
  EXPECT_LT(peak_resident_bytes(), with_block - kBytes / 2);
  const TemporaryFolder folder;
  EXPECT_FALSE(reset_peak_resident(folder.path()));
}

}  // namespace
}  // namespace splitbench
