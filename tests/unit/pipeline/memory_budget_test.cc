#include "pipeline/memory_budget.h"

#include <gtest/gtest.h>

#include <cstring>
#include <memory>

namespace splitbench {
namespace {

constexpr std::size_t kMebibyte = std::size_t{1} << 20;

TEST(MemoryBudget, IsWhatIsLeftBelowTheBoundBeforeAnyWork) {
  const std::size_t before = peak_resident_bytes();
  if (before == 0) GTEST_SKIP() << "this kernel does not tell";
  const MemoryBudget budget(before + 500 * kMebibyte);
  EXPECT_LE(budget.limit(0), 500 * kMebibyte);
  EXPECT_GT(budget.limit(0), 400 * kMebibyte);
  EXPECT_EQ(MemoryBudget(before / 2).limit(0), 0u) << "the bound is passed already";
}

TEST(MemoryBudget, LeavesRoomForTwiceTheWorkThatWasSeen) {
  if (peak_resident_bytes() == 0) GTEST_SKIP() << "this kernel does not tell";
  const MemoryBudget budget(peak_resident_bytes() + 1000 * kMebibyte);
  const std::size_t before = budget.limit(0);
  constexpr std::size_t kWork = 200 * kMebibyte;
  const auto work = std::make_unique<char[]>(kWork);
  std::memset(work.get(), 1, kWork);
  const std::size_t after = budget.limit(0);
  EXPECT_LT(after, before - kWork);
  // What was stored meanwhile is no work.
  EXPECT_GT(budget.limit(100 * kMebibyte), after);
}

TEST(MemoryGrowth, IsToldOnlyBeyondTheBound) {
  const std::size_t peak = peak_resident_bytes();
  if (peak == 0) GTEST_SKIP() << "this kernel does not tell";
  constexpr std::size_t kKept = 200 * kMebibyte;
  constexpr std::size_t kRoom = 120 * kMebibyte;
  const MemoryGrowth growth(peak + kRoom);
  EXPECT_EQ(growth.excess(), 0u);
  const auto kept = std::make_unique<char[]>(kKept);
  std::memset(kept.get(), 1, kKept);
  EXPECT_NEAR(static_cast<double>(growth.excess()), static_cast<double>(kKept - kRoom),
              static_cast<double>(20 * kMebibyte));
}

}  // namespace
}  // namespace splitbench
