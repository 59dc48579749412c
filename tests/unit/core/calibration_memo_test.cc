#include "core/calibration_memo.h"

#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>
#include <thread>
#include <vector>

namespace splitbench {
namespace {

TEST(CalibrationMemo, ComputesOnceForAllWhoAsk) {
  CalibrationMemo memo;
  std::atomic<int> computed{0};
  std::vector<std::thread> threads;
  std::vector<std::shared_ptr<const int>> values(4);
  for (std::shared_ptr<const int>& value : values) {
    threads.emplace_back([&] { value = memo.get("answer", [&] { return 41 + ++computed; }); });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(computed, 1);
  for (const std::shared_ptr<const int>& value : values) EXPECT_EQ(*value, 42);
  EXPECT_EQ(*memo.get("other", [] { return 7; }), 7);
}

TEST(CalibrationMemo, TellsEveryoneOfAFailure) {
  CalibrationMemo memo;
  const auto fails = []() -> int { throw std::runtime_error("no"); };
  EXPECT_THROW(memo.get("answer", fails), std::runtime_error);
  EXPECT_THROW(memo.get("answer", [] { return 1; }), std::runtime_error);
}

TEST(CalibrationMemo, IsNotNeeded) {
  EXPECT_EQ(*remembered(nullptr, "answer", [] { return 42; }), 42);
}

}  // namespace
}  // namespace splitbench
