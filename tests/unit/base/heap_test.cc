#include "base/heap.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <cstring>
#include <memory>

namespace splitbench {
namespace {

// Pages that the system had to bring in so far.
long page_faults() {
  rusage usage = {};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_minflt;
}

void use(std::size_t bytes) {
  const std::unique_ptr<char[]> block(new char[bytes]);
  std::memset(block.get(), 1, bytes);
  asm volatile("" : : "r"(block.get()) : "memory");  // must not be left out
}

TEST(Heap, BlocksThatWereFreedAreUsedAgain) {
#if !defined(__GLIBC__) || defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "memory is not glibc's here";
#else
  constexpr std::size_t kBytes = 64 << 20, kPage = 4096;
  keep_freed_memory();
  use(kBytes);
  const long before = page_faults();
  for (int i = 0; i < 4; ++i) use(kBytes);
  EXPECT_LT(page_faults() - before, static_cast<long>(kBytes / kPage / 10));
#endif
}

}  // namespace
}  // namespace splitbench
