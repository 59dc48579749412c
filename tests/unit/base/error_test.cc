#include "base/error.h"

#include <gtest/gtest.h>

#include "base/clock.h"

namespace splitbench {
namespace {

TEST(Error, CodesMapToTheDocumentedExitCodes) {
  EXPECT_EQ(exit_code(ErrorCode::kRuntime), 1);
  EXPECT_EQ(exit_code(ErrorCode::kBadInput), 2);
  EXPECT_EQ(exit_code(ErrorCode::kPartial), 3);
  EXPECT_EQ(exit_code(ErrorCode::kInfeasible), 4);
  EXPECT_EQ(exit_code(ErrorCode::kMissingMeasurement), 5);
}

TEST(Clock, NeverGoesBackAndStampsInUtc) {
  const double first = monotonic_s();
  EXPECT_LE(first, monotonic_s());
  const double busy = thread_cpu_s();
  EXPECT_LE(busy, thread_cpu_s());
  const std::string now = utc_now();
  ASSERT_EQ(now.size(), 20u);
  EXPECT_EQ(now[10], 'T');
  EXPECT_EQ(now.back(), 'Z');
}

}  // namespace
}  // namespace splitbench
