#include "pipeline/meter_segments.h"

#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>

#include "base/clock.h"
#include "base/error.h"

namespace splitbench {
namespace {

std::atomic<bool> working{false};

// 5 W while an item works, else 2 W, with a little noise.
class LoadSensor : public Sensor {
 public:
  double read() override {
    if (broken) throw Error(ErrorCode::kMissingMeasurement, "cannot read 'rail': gone");
    ++reads_;
    return (working ? 5 : 2) + 0.01 * (reads_ % 3);
  }
  bool broken = false;

 private:
  int reads_ = 0;
};

// What an external instrument with a clock 1000 s ahead logs, made up when it is read.
class FakeFile : public MeterFile {
 public:
  explicit FakeFile(const MeterLog* log) : log_(log) {}
  std::vector<MeterReading> read() override {
    if (log_ == nullptr) throw bad_input("m.csv line 3: its time 1 s is not after that before");
    return log_->readings;
  }
  double wait_s() const override { return 0; }

 private:
  const MeterLog* log_;
};

TimedItem work_of(double seconds) {
  return {[seconds] {
    const double start_s = monotonic_s();
    working = true;
    while (monotonic_s() - start_s < seconds) std::this_thread::yield();
    working = false;
    return monotonic_s() - start_s;
  }};
}

LoadSettings quick() {
  LoadSettings settings;
  settings.window_s = 0.4;
  settings.updates = 20;
  settings.idle_s = 0.15;
  settings.settle_s = 0.03;
  return settings;
}

Meter meter_with(std::unique_ptr<Sensor> sensor) {
  Meter meter;
  meter.info.spec = "fake";
  meter.info.rail = "rail";
  meter.info.update_period_s = 0.01;
  meter.info.quantum = 0.01;
  meter.sensor = std::move(sensor);
  return meter;
}

MeteredSegments run(const std::vector<TimedItem>& items, Meter& meter) {
  SteadyClock clock;
  NullSink events;
  std::vector<LatencySummary> latencies(items.size(), summarise({0.01, 0.02}));
  return meter_segments(items, latencies, meter, quick(), clock, events);
}

TEST(MeterSegments, ASensorIsSampledWhileSegmentsRun) {
  Meter meter = meter_with(std::make_unique<LoadSensor>());
  const MeteredSegments metered = run({work_of(0.02), work_of(0.01)}, meter);
  ASSERT_EQ(metered.energy.size(), 2u);
  for (const EnergyReading& energy : metered.energy) {
    ASSERT_TRUE(energy.joules.has_value()) << energy.reason;
    EXPECT_EQ(energy.source, "fake");
    EXPECT_FALSE(energy.modelled);
    EXPECT_GT(energy.runs, 5u);
    EXPECT_GT(energy.updates, 10u);
  }
  // Other programs may hold the sampling thread up; hence wide.
  EXPECT_NEAR(*metered.energy[0].joules, 5 * 0.02, 0.03);
  EXPECT_NEAR(*metered.energy[1].dynamic_joules, 3 * 0.01, 0.015);
  EXPECT_NEAR(metered.power.idle_w.value(), 2, 0.3);
  ASSERT_TRUE(metered.power.sampler.has_value());
  EXPECT_GT(metered.power.sampler->with.median, 0.019);
  EXPECT_EQ(metered.power.rail, "rail");
}

TEST(MeterSegments, ABrokenSensorLeavesAReasonEverywhere) {
  auto sensor = std::make_unique<LoadSensor>();
  sensor->broken = true;
  Meter meter = meter_with(std::move(sensor));
  const MeteredSegments metered = run({work_of(0.02)}, meter);
  EXPECT_FALSE(metered.energy[0].joules.has_value());
  EXPECT_EQ(metered.energy[0].reason, "cannot read 'rail': gone");
  EXPECT_FALSE(metered.power.idle_w.has_value());
  EXPECT_EQ(metered.power.idle_reason, "cannot read 'rail': gone");
}

TEST(MeterSegments, AModelTakesTheMeasuredTimes) {
  Meter meter;
  meter.info.spec = "model:device=x";
  meter.model = PowerFigures{2, 5, "a table"};
  const MeteredSegments metered = run({{[] {
                                        ADD_FAILURE() << "a model needs no run";
                                        return 1.0;
                                      }}},
                                      meter);
  EXPECT_TRUE(metered.energy[0].modelled);
  EXPECT_DOUBLE_EQ(metered.energy[0].joules.value(), 5 * 0.015);
  EXPECT_TRUE(metered.power.modelled);
  EXPECT_EQ(metered.power.idle_w, 2);
  EXPECT_EQ(metered.power.source, "a table");
}

TEST(MeterSegments, ALogThatCannotBeReadLeavesItsReason) {
  Meter meter;
  meter.info.spec = "csv:file=m.csv";
  meter.file = std::make_unique<FakeFile>(nullptr);
  const MeteredSegments metered = run({work_of(0.02)}, meter);
  EXPECT_FALSE(metered.energy[0].joules.has_value());
  EXPECT_EQ(metered.energy[0].reason, "m.csv line 3: its time 1 s is not after that before");
  MeterLog empty;
  meter.file = std::make_unique<FakeFile>(&empty);
  EXPECT_EQ(run({work_of(0.02)}, meter).energy[0].reason, "the external log has 0 readings");
}

}  // namespace
}  // namespace splitbench
