#include "pipeline/parallel_for.h"

#include <gtest/gtest.h>

#include <atomic>
#include <mutex>
#include <set>
#include <stdexcept>
#include <thread>
#include <vector>

namespace splitbench {
namespace {

TEST(ParallelFor, CallsEveryIndexOnce) {
  for (const int threads : {-1, 0, 1, 2, 7}) {
    std::vector<std::atomic<int>> calls(100);
    parallel_for(calls.size(), threads, [&](std::size_t i) { ++calls.at(i); });
    for (const std::atomic<int>& count : calls) ASSERT_EQ(count, 1) << threads << " threads";
  }
}

TEST(ParallelFor, NothingToDo) {
  parallel_for(0, 4, [](std::size_t) { FAIL(); });
}

TEST(ParallelFor, OneThreadIsTheCallersAndGoesInOrder) {
  const std::thread::id caller = std::this_thread::get_id();
  std::vector<std::size_t> order;
  parallel_for(5, 1, [&](std::size_t i) {
    EXPECT_EQ(std::this_thread::get_id(), caller);
    order.push_back(i);
  });
  EXPECT_EQ(order, (std::vector<std::size_t>{0, 1, 2, 3, 4}));
}

TEST(ParallelFor, UsesNoMoreThreadsThanAskedFor) {
  std::mutex mutex;
  std::set<std::thread::id> seen;
  parallel_for(1000, 3, [&](std::size_t) {
    const std::lock_guard<std::mutex> lock(mutex);
    seen.insert(std::this_thread::get_id());
  });
  EXPECT_LE(seen.size(), 3u);
}

TEST(ParallelFor, AnExceptionStopsTheHandingOutAndIsRethrown) {
  for (const int threads : {1, 2, 4}) {
    std::atomic<std::size_t> calls{0};
    try {
      parallel_for(100000, threads, [&](std::size_t i) {
        ++calls;
        if (i == 5) throw std::runtime_error("at five");
      });
      FAIL() << "nothing was thrown";
    } catch (const std::runtime_error& error) {
      EXPECT_STREQ(error.what(), "at five");
    }
    EXPECT_GE(calls, 6u);
    EXPECT_TRUE(threads != 1 || calls == 6u);
  }
}

TEST(ParallelFor, OneOfSeveralExceptionsArrives) {
  EXPECT_THROW(parallel_for(8, 4, [](std::size_t) { throw std::runtime_error("any"); }),
               std::runtime_error);
}

}  // namespace
}  // namespace splitbench
