#include "core/step_trace.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/rng.h"

namespace splitbench {
namespace {

// 0 to 1 s: 8, 1 to 3 s: 0, 3 to 4 s: 4 a second.
StepTrace gap() { return StepTrace({{0, 8}, {1, 0}, {3, 4}}, 4); }

TEST(StepTrace, ValuesRepeatWithTheTrace) {
  const StepTrace trace = gap();
  EXPECT_EQ(trace.duration_s(), 4);
  EXPECT_EQ(trace.mean(), 3);
  EXPECT_EQ(trace.highest(), 8);
  EXPECT_EQ(trace.at(0), 8);
  EXPECT_EQ(trace.at(1), 0);
  EXPECT_EQ(trace.at(3.5), 4);
  EXPECT_EQ(trace.at(4), 8);
  EXPECT_EQ(trace.at(4e6 + 3), 4);
}

TEST(StepTrace, TransfersAddUpOverStepsGapsAndRounds) {
  const StepTrace trace = gap();
  EXPECT_EQ(trace.time_to_add_up(0, 0), 0);
  EXPECT_EQ(trace.time_to_add_up(0, 4), 0.5);
  EXPECT_EQ(trace.time_to_add_up(0, 8), 1);
  EXPECT_EQ(trace.time_to_add_up(0, 10), 3.5);
  EXPECT_EQ(trace.time_to_add_up(1, 2), 2.5);
  EXPECT_EQ(trace.time_to_add_up(0, 12), 4);
  EXPECT_EQ(trace.time_to_add_up(0, 16), 4.5);
  EXPECT_EQ(trace.time_to_add_up(3.5, 2 + 24), 0.5 + 8);
  EXPECT_EQ(trace.time_to_add_up(0.5, 12 * 5), 20);
}

TEST(StepTrace, ShiftsToZero) {
  const StepTrace trace({{100, 1}, {101, 2}}, 103);
  EXPECT_EQ(trace.duration_s(), 3);
  EXPECT_EQ(trace.at(1), 2);
}

// Against adding up in small slices.
TEST(StepTrace, AgreesWithSlicesOnRandomTraces) {
  Rng rng(5);
  for (int i = 0; i < 200; ++i) {
    std::vector<TraceStep> steps;
    double end = 0;
    const std::size_t count = 1 + rng.below(8);
    for (std::size_t k = 0; k < count; ++k) {
      steps.push_back({end, static_cast<double>(rng.below(4))});
      end += static_cast<double>(1 + rng.below(16)) / 8;
    }
    steps.front().value += 1;
    const StepTrace trace(steps, end);
    const double start = static_cast<double>(rng.below(64)) / 8;
    double sum = 0;
    for (int slice = 1; slice <= 512; ++slice) {
      constexpr double kSlice = 1.0 / 64;
      const double before = sum;
      sum += trace.at(start + (slice - 1) * kSlice) * kSlice;
      if (sum == before) continue;
      ASSERT_NEAR(trace.time_to_add_up(start, sum), slice * kSlice, 1e-9) << i << " " << slice;
    }
  }
}

TEST(StepTrace, AHintChangesNothing) {
  Rng rng(6);
  for (int i = 0; i < 200; ++i) {
    std::vector<TraceStep> steps;
    double end = 0;
    const std::size_t count = 1 + rng.below(40);
    for (std::size_t k = 0; k < count; ++k) {
      steps.push_back({end, static_cast<double>(rng.below(3)) * rng.uniform()});
      end += 0.01 + rng.uniform();
    }
    steps.front().value += 1;
    const StepTrace trace(steps, end);
    StepTrace::Hint hint;
    double start = 0;
    for (int k = 0; k < 200; ++k) {
      start = rng.below(10) == 0 ? 3 * end * rng.uniform() : start + 0.05 * rng.uniform();
      const double amount = (rng.below(5) == 0 ? 5 * end : 0.3) * rng.uniform();
      ASSERT_EQ(trace.time_to_add_up(start, amount, hint), trace.time_to_add_up(start, amount));
    }
  }
}

TEST(StepTrace, RefusesWhatIsNoTrace) {
  EXPECT_THROW(StepTrace({}, 1), Error);
  EXPECT_THROW(StepTrace({{0, 1}}, 0), Error);
  EXPECT_THROW(StepTrace({{0, 1}, {0, 1}}, 2), Error);
  EXPECT_THROW(StepTrace({{0, -1}}, 2), Error);
  EXPECT_THROW(StepTrace({{0, 1.0 / 0.0}}, 2), Error);
  EXPECT_THROW(StepTrace({{0, 1}}, 1e10), Error);
}

}  // namespace
}  // namespace splitbench
