#include "measure/environment.h"

#include <gtest/gtest.h>

#include "support/temporary_folder.h"

namespace splitbench {
namespace {

TEST(Environment, ReadsAnX86Machine) {
  const TemporaryFolder root;
  root.write("proc/cpuinfo",
             "processor\t: 0\nmodel name\t: Intel(R) Xeon(R) CPU @ 2.30GHz\n\n"
             "processor\t: 1\nmodel name\t: Intel(R) Xeon(R) CPU @ 2.30GHz\n");
  root.write("proc/meminfo", "MemTotal:        2048 kB\nMemFree:          100 kB\n");
  root.write("proc/loadavg", "0.25 0.30 0.28 1/123 456\n");
  root.write("sys/class/dmi/id/product_name", "Virtual Machine\n");
  root.write("sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "performance\n");
  root.write("sys/devices/system/cpu/cpu1/cpufreq/scaling_governor", "performance\n");
  root.write("sys/devices/system/cpu/cpu0/cpufreq/scaling_cur_freq", "2300000\n");
  root.write("sys/devices/system/cpu/cpu1/cpufreq/scaling_cur_freq", "2200000\n");
  root.write("sys/devices/system/cpu/cpufreq/boost", "1\n");
  root.write("sys/class/thermal/thermal_zone0/temp", "45500\n");
  root.write("sys/class/thermal/thermal_zone1/temp", "61000\n");

  const Environment machine = probe_environment(root.path());
  EXPECT_EQ(machine.cpu, "Intel(R) Xeon(R) CPU @ 2.30GHz");
  EXPECT_EQ(machine.cpus, 2);
  EXPECT_EQ(machine.memory_bytes, 2048u * 1024);
  EXPECT_EQ(machine.load_average, 0.25);
  EXPECT_EQ(machine.board, "Virtual Machine");
  EXPECT_EQ(machine.governor, "performance");
  EXPECT_EQ(machine.frequencies_hz, (std::vector<double>{2.3e9, 2.2e9}));
  EXPECT_EQ(machine.temperature_c, 61.0);
  EXPECT_FALSE(machine.throttled.has_value());
}

TEST(Environment, ReadsARaspberryPi) {
  const TemporaryFolder root;
  root.write("proc/cpuinfo",
             "processor\t: 0\nCPU implementer\t: 0x41\nCPU part\t: 0xd08\n\n"
             "Hardware\t: BCM2711\nModel\t\t: Raspberry Pi 4 Model B Rev 1.4\n");
  root.write("sys/firmware/devicetree/base/model",
             std::string("Raspberry Pi 4 Model B Rev 1.4\0", 31));
  root.write("sys/class/dmi/id/product_name", "not this one\n");
  root.write("sys/devices/platform/soc/soc:firmware/get_throttled", "50004\n");
  root.write("sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "ondemand\n");
  root.write("sys/devices/system/cpu/cpu1/cpufreq/scaling_governor", "performance\n");

  const Environment machine = probe_environment(root.path());
  EXPECT_EQ(machine.board, "Raspberry Pi 4 Model B Rev 1.4");
  EXPECT_EQ(machine.cpu, "BCM2711");
  EXPECT_EQ(machine.governor, "mixed");
  EXPECT_EQ(machine.throttled, true);
}

TEST(Environment, ThrottlingOfThePastIsNotThrottlingNow) {
  const TemporaryFolder root;
  root.write("sys/devices/platform/soc/soc:firmware/get_throttled", "50000\n");
  EXPECT_EQ(probe_environment(root.path()).throttled, false);
}

TEST(Environment, ABareArmCoreIsNamedByItsNumbers) {
  const TemporaryFolder root;
  root.write("proc/cpuinfo", "processor\t: 0\nCPU implementer\t: 0x41\nCPU part\t: 0xd0b\n");
  EXPECT_EQ(probe_environment(root.path()).cpu, "implementer 0x41 part 0xd0b");
}

TEST(Environment, WhatIsMissingStaysUnset) {
  const TemporaryFolder root;
  const Environment machine = probe_environment(root.path());
  EXPECT_EQ(machine.cpu, "");
  EXPECT_EQ(machine.cpus, 0);
  EXPECT_EQ(machine.memory_bytes, 0u);
  EXPECT_FALSE(machine.board.has_value());
  EXPECT_FALSE(machine.governor.has_value());
  EXPECT_FALSE(machine.temperature_c.has_value());
  EXPECT_FALSE(machine.throttled.has_value());
  EXPECT_FALSE(machine.load_average.has_value());
  EXPECT_TRUE(machine.frequencies_hz.empty());
  EXPECT_FALSE(throttle_count(root.path()).has_value());
  // Not from files: these the running system tells.
  EXPECT_FALSE(machine.host.empty());
  EXPECT_FALSE(machine.kernel.empty());
}

TEST(Environment, UnreadableNumbersStayUnset) {
  const TemporaryFolder root;
  root.write("proc/loadavg", "none\n");
  root.write("proc/meminfo", "MemTotal: many kB\n");
  root.write("sys/class/thermal/thermal_zone0/temp", "\n");
  root.write("sys/class/dmi/id/product_name", " \n");
  const Environment machine = probe_environment(root.path());
  EXPECT_FALSE(machine.load_average.has_value());
  EXPECT_EQ(machine.memory_bytes, 0u);
  EXPECT_FALSE(machine.temperature_c.has_value());
  EXPECT_FALSE(machine.board.has_value());
}

TEST(Environment, TheRealMachineHasProcessorsAndMemory) {
  const Environment machine = probe_environment();
  EXPECT_GT(machine.cpus, 0);
  EXPECT_GT(machine.memory_bytes, 0u);
}

TEST(ThrottleCount, IsSummedOverCpus) {
  const TemporaryFolder root;
  root.write("sys/devices/system/cpu/cpu0/thermal_throttle/core_throttle_count", "3\n");
  root.write("sys/devices/system/cpu/cpu10/thermal_throttle/core_throttle_count", "4\n");
  EXPECT_EQ(throttle_count(root.path()), 7u);
}

}  // namespace
}  // namespace splitbench
