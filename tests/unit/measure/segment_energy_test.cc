// Joules by meters of known curves: constant, steps, ramps, noise, counters; and what is refused.
#include "measure/segment_energy.h"

#include <gtest/gtest.h>

#include "support/power_scene.h"

namespace splitbench {
namespace {

constexpr double kIdleW = 2.1, kBusyW = 4.9;

double constant(double, bool busy) { return busy ? kBusyW : kIdleW; }

EnergyReading energy_of(const PowerScene& scene, const MeterLog& log, std::size_t item = 0) {
  const LoadRun& run = scene.run;
  return segment_energy(log, run.load[item], run.idle[item], run.idle[item + 1]);
}

// The energy of one run in the window, and above the mean of the idle windows around it.
struct Truth {
  double total_j = 0, dynamic_j = 0;
};
Truth truth_of(const PowerScene& scene, std::size_t item = 0) {
  const LoadWindow& load = scene.run.load[item];
  const auto watts = [&](const Stretch& s) { return scene.true_joules(s) / (s.end_s - s.start_s); };
  const double busy_w = watts(load.stretch);
  const double idle_w = (watts(scene.run.idle[item]) + watts(scene.run.idle[item + 1])) / 2;
  const double run_s = load.run_s.front();
  return {busy_w * run_s, (busy_w - idle_w) * run_s};
}

// Both energies lie in their intervals, which are no wider than a share of the energy.
void expect_right(const PowerScene& scene, const MeterLog& log, double widest_share) {
  const EnergyReading energy = energy_of(scene, log);
  const Truth truth = truth_of(scene);
  ASSERT_TRUE(energy.joules.has_value()) << energy.reason;
  ASSERT_TRUE(energy.dynamic_joules.has_value()) << energy.dynamic_reason;
  EXPECT_LE(energy.ci95->low, truth.total_j);
  EXPECT_GE(energy.ci95->high, truth.total_j);
  EXPECT_LE(energy.dynamic_ci95->low, truth.dynamic_j);
  EXPECT_GE(energy.dynamic_ci95->high, truth.dynamic_j);
  EXPECT_LE(energy.ci95->high - energy.ci95->low, 2 * widest_share * truth.total_j);
  EXPECT_NEAR(*energy.joules, (energy.ci95->low + energy.ci95->high) / 2, 1e-12);
}

TEST(SegmentEnergy, AConstantLoad) {
  const PowerScene scene = make_scene({0.004}, constant);
  const EnergyReading energy = energy_of(scene, scene.power_log(0.01, 0));
  EXPECT_NEAR(energy.joules.value(), kBusyW * 0.004, 1e-9);
  EXPECT_NEAR(energy.dynamic_joules.value(), (kBusyW - kIdleW) * 0.004, 1e-9);
  EXPECT_NEAR(energy.mean_w.value(), kBusyW, 1e-6);
  EXPECT_EQ(energy.runs, scene.run.load[0].run_s.size());
  EXPECT_GE(energy.updates, 50u);
  EXPECT_GE(energy.window_s, 1);
}

TEST(SegmentEnergy, RoundingIsInTheInterval) {
  // 4.9 W in steps of 0.3 W reads 4.8 W, again and again: no number of readings would tell.
  const PowerScene scene = make_scene({0.004}, constant);
  const MeterLog log = scene.power_log(0.01, 0.3);
  expect_right(scene, log, 0.035);
  const EnergyReading energy = energy_of(scene, log);
  EXPECT_NEAR(energy.joules.value(), 4.8 * 0.004, 1e-9);
  EXPECT_NEAR(energy.ci95->high - energy.ci95->low, 0.3 * 0.004, 1e-6);
}

TEST(SegmentEnergy, StepsUnderLoad) {
  const PowerScene scene = make_scene({0.013}, [](double t, bool busy) {
    return busy ? 4 + 2 * (std::fmod(t, 0.37) < 0.2) : kIdleW;
  });
  expect_right(scene, scene.power_log(0.01, 0.041, 0.02), 0.2);
}

TEST(SegmentEnergy, ARamp) {
  const PowerScene scene =
      make_scene({0.02}, [](double t, bool busy) { return (busy ? 4 : 2) + 0.1 * (t - 100); });
  expect_right(scene, scene.power_log(0.01, 0.01, 0.01), 0.05);
}

TEST(SegmentEnergy, NoiseAndRoundingWithManySeeds) {
  int inside = 0;
  constexpr int kSeeds = 100;
  for (int seed = 0; seed < kSeeds; ++seed) {
    const PowerScene scene = make_scene({0.05}, constant);
    const EnergyReading energy = energy_of(scene, scene.power_log(0.01, 0.041, 0.3, seed));
    ASSERT_TRUE(energy.joules.has_value());
    const double truth_j = kBusyW * 0.05;
    inside += energy.ci95->low <= truth_j && truth_j <= energy.ci95->high;
    EXPECT_LT(energy.ci95->high - energy.ci95->low, 0.1 * truth_j);
  }
  EXPECT_GE(inside, 95);
}

TEST(SegmentEnergy, AnEnergyCounter) {
  const PowerScene scene = make_scene(
      {0.004}, [](double t, bool busy) { return busy ? 15 + 5 * std::sin(40 * t) : 6.0; });
  expect_right(scene, scene.counter_log(0.01, 61e-6), 0.08);
}

TEST(SegmentEnergy, TwiceTheRunsCostTwiceTheEnergy) {
  const PowerScene one = make_scene({0.01}, constant), two = make_scene({0.02}, constant);
  EXPECT_NEAR(2 * energy_of(one, one.power_log(0.01, 0)).joules.value(),
              energy_of(two, two.power_log(0.01, 0)).joules.value(), 1e-6);
}

TEST(SegmentEnergy, EachSegmentHasItsOwnIdleWindows) {
  // The machine warms up: idle and load rise together, their difference stays.
  const PowerScene scene = make_scene(
      {0.01, 0.03}, [](double t, bool busy) { return (busy ? 5 : 2) + 0.2 * (t - 100); });
  const MeterLog log = scene.power_log(0.01, 0);
  EXPECT_NEAR(energy_of(scene, log, 0).dynamic_joules.value(), 3 * 0.01, 1e-3);
  EXPECT_NEAR(energy_of(scene, log, 1).dynamic_joules.value(), 3 * 0.03, 3e-3);
  EXPECT_GT(energy_of(scene, log, 1).joules.value() / 0.03,
            energy_of(scene, log, 0).joules.value() / 0.01);
}

TEST(SegmentEnergy, WindowsGrowUntilASlowSensorHasEnoughValues) {
  LoadSettings settings;
  const PowerScene slow = make_scene({0.01}, constant, settings, 0.1);
  EXPECT_GE(slow.run.load[0].stretch.end_s - slow.run.load[0].stretch.start_s, 5);
  EXPECT_GE(energy_of(slow, slow.power_log(0.1, 0.01, 0.02)).updates, 49u);
  EXPECT_EQ(window_length_s(settings, 100), 60);  // and no longer than that
}

std::string reason_of(const PowerScene& scene, const MeterLog& log) {
  const EnergyReading energy = energy_of(scene, log);
  EXPECT_FALSE(energy.joules.has_value());
  EXPECT_FALSE(energy.dynamic_joules.has_value());
  return energy.reason;
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST(SegmentEnergy, TooFewValuesAreNoEnergy) {
  const PowerScene scene = make_scene({0.01}, constant);
  EXPECT_TRUE(contains(reason_of(scene, scene.power_log(0.2, 0.01, 0.05)),
                       "the sensor had 5 new values in 1.00 s, at least 10 are needed"));
  // One that claims to be fast and is not: its leaps give it away.
  MeterLog lazy = scene.power_log(0.01, 0.01, 0.2);
  for (std::size_t i = 0; i < lazy.readings.size(); ++i) {
    lazy.readings[i].value = lazy.readings[i / 30 * 30].value;
  }
  EXPECT_TRUE(contains(reason_of(scene, lazy), "new values in"));
}

TEST(SegmentEnergy, ARailThatStopsIsNoEnergy) {
  const PowerScene scene = make_scene({0.01}, constant);
  MeterLog log = scene.power_log(0.01, 0.01, 0.05);
  for (MeterReading& reading : log.readings) reading.value = 2.11;
  EXPECT_TRUE(
      contains(reason_of(scene, log), "the rail showed 2.11 W through idle, load and idle"));
  MeterLog counter = scene.counter_log(0.01, 61e-6);
  for (MeterReading& reading : counter.readings) reading.value = 5;
  EXPECT_TRUE(contains(reason_of(scene, counter), "the energy counter stood still for"));
}

// It stops with the value it had then.
void freeze(MeterLog& log, double from_s) {
  double value = log.readings.front().value;
  for (MeterReading& reading : log.readings) {
    if (reading.time_s < from_s) value = reading.value;
    reading.value = value;
  }
}

TEST(SegmentEnergy, ARailThatStopsMidwayIsNoEnergy) {
  const PowerScene scene = make_scene({0.01}, constant);
  const MeterLog log = scene.power_log(0.01, 0.01, 0.05);
  MeterLog before_load = log, after_load = log;
  freeze(before_load, scene.run.load[0].stretch.start_s - 0.1);
  EXPECT_TRUE(contains(reason_of(scene, before_load), " W through load and idle: it does not"));
  // One that starts to answer only when the load is over.
  for (MeterReading& reading : after_load.readings) {
    if (reading.time_s < scene.run.load[0].stretch.end_s + 0.1) reading.value = 3.25;
  }
  EXPECT_TRUE(
      contains(reason_of(scene, after_load), "the rail showed 3.25 W through idle and load"));
}

TEST(SegmentEnergy, ACounterThatStopsMidwayIsNoEnergy) {
  const PowerScene scene = make_scene({0.01}, constant);
  MeterLog log = scene.counter_log(0.01, 61e-6);
  freeze(log, scene.run.load[0].stretch.start_s + 0.5);
  EXPECT_TRUE(contains(reason_of(scene, log), "the energy counter stood still for"));
}

TEST(SegmentEnergy, GapsAndFailuresAreNoEnergy) {
  const PowerScene scene = make_scene({0.01}, constant);
  const double middle_s = scene.run.load[0].stretch.start_s + 0.3;
  MeterLog gap = scene.power_log(0.01, 0.01, 0.05);
  auto& r = gap.readings;
  r.erase(std::remove_if(r.begin(), r.end(),
                         [&](const MeterReading& reading) {
                           return reading.time_s > middle_s && reading.time_s < middle_s + 0.2;
                         }),
          r.end());
  EXPECT_TRUE(contains(reason_of(scene, gap), "gave no reading for 2"));
  gap.failure = "cannot read 'x': Input/output error";
  EXPECT_EQ(reason_of(scene, gap), gap.failure);
  MeterLog ends = scene.power_log(0.01, 0.01, 0.05);
  while (ends.readings.back().time_s > middle_s) ends.readings.pop_back();
  EXPECT_TRUE(contains(reason_of(scene, ends), "do not cover the whole measurement"));
  EXPECT_TRUE(contains(reason_of(scene, MeterLog()), "the meter gave no readings"));
}

TEST(SegmentEnergy, LoadBelowIdleIsNoNegativeEnergy) {
  const PowerScene scene = make_scene({0.01}, [](double, bool busy) { return busy ? 2.0 : 3.0; });
  const EnergyReading energy = energy_of(scene, scene.power_log(0.01, 0.01, 0.02));
  EXPECT_NEAR(energy.joules.value(), 0.02, 1e-3);
  EXPECT_FALSE(energy.dynamic_joules.has_value());
  EXPECT_TRUE(contains(energy.dynamic_reason, "lies below the idle power, by "));
}

TEST(MeanPower, OfTheIdleWindows) {
  const PowerScene scene = make_scene({0.01, 0.01}, constant);
  const MeanPower idle = mean_power(scene.power_log(0.01, 0.3), scene.run.idle);
  EXPECT_NEAR(idle.watts.value(), 2.1, 1e-9);
  EXPECT_NEAR(idle.ci95.high - idle.ci95.low, 0.3, 1e-6);
  EXPECT_FALSE(mean_power(MeterLog(), scene.run.idle).watts.has_value());
}

TEST(ModelledEnergy, IsLabelled) {
  const EnergyReading energy = modelled_energy({2, 5, "a table"}, 0.01);
  EXPECT_TRUE(energy.modelled);
  EXPECT_DOUBLE_EQ(energy.joules.value(), 0.05);
  EXPECT_DOUBLE_EQ(energy.dynamic_joules.value(), 0.03);
  EXPECT_FALSE(energy.ci95.has_value());
}

}  // namespace
}  // namespace splitbench
