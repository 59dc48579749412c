#include "measure/power_sampler.h"

#include <gtest/gtest.h>

#include <atomic>

#include "base/error.h"
#include "measure/clock.h"

namespace splitbench {
namespace {

class CountingSensor : public Sensor {
 public:
  double read() override {
    if (++reads == failing_read) throw Error(ErrorCode::kMissingMeasurement, "rail gone");
    return 2 + reads % 2;
  }
  std::atomic<int> reads{0};
  int failing_read = -1;
};

MeterInfo fast_info() {
  MeterInfo info;
  info.update_period_s = 0.001;
  info.quantum = 0.5;
  return info;
}

TEST(PowerSampler, ReadsOnlyBetweenResumeAndPause) {
  CountingSensor sensor;
  PowerSampler sampler(sensor, fast_info());
  SteadyClock clock;
  clock.sleep_s(0.05);
  EXPECT_EQ(sensor.reads, 0);
  const double start_s = clock.now_s();
  sampler.resume();
  while (sensor.reads < 5) clock.sleep_s(0.01);
  sampler.pause();
  clock.sleep_s(0.05);
  const int reads = sensor.reads;
  clock.sleep_s(0.1);
  EXPECT_EQ(sensor.reads, reads);
  const MeterLog log = sampler.log();
  EXPECT_EQ(log.readings.size(), static_cast<std::size_t>(reads));
  EXPECT_EQ(log.quantum, 0.5);
  EXPECT_TRUE(log.failure.empty());
  EXPECT_GE(log.readings.front().time_s, start_s);
  for (std::size_t i = 1; i < log.readings.size(); ++i) {
    EXPECT_GT(log.readings[i].time_s, log.readings[i - 1].time_s);
  }
  EXPECT_LT(sampler.cpu_share(), 1);
}

TEST(PowerSampler, KeepsTheFirstFailureAndGoesOn) {
  CountingSensor sensor;
  sensor.failing_read = 3;
  PowerSampler sampler(sensor, fast_info());
  SteadyClock clock;
  sampler.resume();
  while (sensor.reads < 6) clock.sleep_s(0.01);
  sampler.pause();
  EXPECT_EQ(sampler.log().failure, "rail gone");
  EXPECT_GE(sampler.log().readings.size(), 4u);
}

TEST(PowerSampler, IsNeverFasterThanAHundredReadingsASecond) {
  EXPECT_EQ(sampling_period_s(0.001), 0.01);
  EXPECT_EQ(sampling_period_s(0.036), 0.036);
}

}  // namespace
}  // namespace splitbench
