#include "measure/thermals.h"

#include <gtest/gtest.h>

#include <cmath>

#include "measure/sustained.h"
#include "support/error_message.h"
#include "support/power_scene.h"
#include "support/temporary_folder.h"

namespace splitbench {
namespace {

TEST(Thermals, AreReadFromTheKernel) {
  const TemporaryFolder root;
  root.write("sys/class/thermal/thermal_zone0/temp", "45500\n");
  root.write("sys/class/thermal/thermal_zone1/temp", "61000\n");
  root.write("sys/devices/system/cpu/cpu0/cpufreq/scaling_cur_freq", "600000\n");
  root.write("sys/devices/system/cpu/cpu1/cpufreq/scaling_cur_freq", "1800000\n");
  root.write("sys/devices/platform/soc/soc:firmware/get_throttled", "50005\n");
  const ThermalSample sample = read_thermals(root.path());
  EXPECT_EQ(sample.temperature_c, 61.0);
  EXPECT_EQ(sample.frequency_hz, 1.2e9);
  EXPECT_EQ(sample.throttled_bits, 0x50005u);
  const TemporaryFolder bare;
  const ThermalSample nothing = read_thermals(bare.path());
  EXPECT_FALSE(nothing.temperature_c || nothing.frequency_hz || nothing.throttled_bits);
}

// A Jetson Nano's, as ironsheep/RPi-Reporter-MQTT2HA-Daemon issue 22 lists them.
TEST(Thermals, AZoneThatAlwaysSaysAHundredDegreesIsNoThermometer) {
  const TemporaryFolder root;
  const std::pair<const char*, const char*> zones[] = {
      {"AO-therm", "31000"},  {"CPU-therm", "24500"}, {"GPU-therm", "26500"},
      {"PLL-therm", "24500"}, {"PMIC-Die", "100000"}, {"thermal-fan-est", "25500"}};
  int number = 0;
  for (const auto& [type, temperature] : zones) {
    const std::string zone = "sys/class/thermal/thermal_zone" + std::to_string(number++);
    root.write(zone + "/type", std::string(type) + "\n");
    root.write(zone + "/temp", std::string(temperature) + "\n");
  }
  EXPECT_EQ(read_thermals(root.path()).temperature_c, 31);
}

TEST(Thermals, TheWordOfVcgencmd) {
  EXPECT_EQ(parse_throttled("throttled=0x50005\n"), 0x50005u);
  EXPECT_EQ(parse_throttled("throttled=0x0"), 0u);
  for (const char* text : {"", "throttled=", "throttled=0x", "0x5", "VCHI initialization failed"}) {
    EXPECT_FALSE(parse_throttled(text).has_value()) << text;
  }
}

// Cools by a degree a second from 70.
ThermalProbe cooling(VirtualClock& clock) {
  const double start_s = clock.now_s();
  return [&clock, start_s] {
    ThermalSample sample;
    sample.temperature_c = 70 - (clock.now_s() - start_s);
    return sample;
  };
}

TEST(WaitUntilCool, WaitsAsLongAsItTakesAndNoLonger) {
  VirtualClock clock;
  EXPECT_DOUBLE_EQ(wait_until_cool(60, 100, cooling(clock), clock), 10);
  EXPECT_DOUBLE_EQ(wait_until_cool(80, 100, cooling(clock), clock), 0);
  const std::string message =
      error_message(ErrorCode::kRuntime, [&] { wait_until_cool(40, 5, cooling(clock), clock); });
  EXPECT_NE(message.find("still at 65 degrees C after 5 s"), std::string::npos);
  error_message(ErrorCode::kMissingMeasurement, [&] {
    wait_until_cool(
        40, 5, [] { return ThermalSample(); }, clock);
  });
}

// A board that warms to 80 degrees with a time constant of a minute and slows down with it.
struct Board {
  VirtualClock clock;
  double start_s = clock.now_s();
  double temperature_c() { return 80 - 40 * std::exp(-(clock.now_s() - start_s) / 60); }
  TimedItem item() {
    return {[this] {
      const double seconds = 0.05 * (1 + (temperature_c() - 40) / 40);
      clock.sleep_s(seconds);
      return seconds;
    }};
  }
  ThermalProbe probe() {
    return [this] {
      ThermalSample sample;
      sample.temperature_c = temperature_c();
      return sample;
    };
  }
};

TEST(Sustained, TellsTheFirstMinuteFromTheSteadyState) {
  Board board;
  SustainedSettings settings;
  settings.max_s = 3600;
  const SustainedRun run = run_sustained(board.item(), settings, board.probe(), board.clock);
  EXPECT_TRUE(run.is_steady) << run.reason;
  EXPECT_GT(run.seconds, 180);
  EXPECT_LT(run.seconds, 500);
  EXPECT_NEAR(run.steady.median, 0.1, 0.002);
  EXPECT_LT(run.first.median, 0.085);
  EXPECT_NEAR(run.thermals.back().temperature_c.value(), 80, 1);
  EXPECT_NEAR(static_cast<double>(run.thermals.size()), run.seconds, run.seconds / 5);
}

TEST(Sustained, SaysWhenItIsNotSteady) {
  Board board;
  SustainedSettings settings;
  settings.max_s = 150;
  const SustainedRun run = run_sustained(board.item(), settings, board.probe(), board.clock);
  EXPECT_FALSE(run.is_steady);
  EXPECT_NE(run.reason.find("the temperature still changed by"), std::string::npos) << run.reason;
  const SustainedRun blind = run_sustained(
      board.item(), settings, [] { return ThermalSample(); }, board.clock);
  EXPECT_FALSE(blind.is_steady);
  EXPECT_NE(blind.reason.find("nobody told the temperature"), std::string::npos) << blind.reason;
}

}  // namespace
}  // namespace splitbench
