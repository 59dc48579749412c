// Each meter on trees of machines: right rail, right unit, right value, and an error that says why
// not.
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "device/registry.h"
#include "support/error_message.h"
#include "support/sysfs_tree.h"

namespace splitbench {
namespace {

constexpr char kNanoIio[] = "bus/i2c/drivers/ina3221x/6-0040/iio:device0/";
constexpr char kNanoHwmon[] = "class/hwmon/hwmon1/";
constexpr char kHat[] = "class/hwmon/hwmon2/";
constexpr char kPackage[] = "class/powercap/intel-rapl:0/energy_uj";

Meter open_on(const SysfsTree& tree, const std::string& spec) {
  MeterContext context;
  context.root = tree.root();
  return open_meter(spec, context);
}

std::string why_not(const SysfsTree& tree, const std::string& spec) {
  return error_message(ErrorCode::kMissingMeasurement, [&] { open_on(tree, spec); });
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST(Ina3221, TheNanosInputRailUnderIio) {
  const SysfsTree tree("jetson-nano-iio");
  const Meter meter = open_on(tree, "ina3221");
  EXPECT_EQ(meter.info.rail, "POM_5V_IN (6-0040)");
  EXPECT_EQ(meter.info.quantity, MeterQuantity::kPower);
  EXPECT_EQ(meter.info.spec, "ina3221:period=0:quantum=0:shunt=0");
  EXPECT_DOUBLE_EQ(meter.sensor->read(), 2.137);
  EXPECT_NEAR(meter.info.quantum, 5.04 * 40e-6 / 0.005 + 0.424 * 0.008, 1e-12);
  tree.set(std::string(kNanoIio) + "in_power0_input", "3200");
  EXPECT_DOUBLE_EQ(meter.sensor->read(), 3.2);
  tree.set(std::string(kNanoIio) + "in_power2_input", "9999");  // a part of the total
  EXPECT_DOUBLE_EQ(meter.sensor->read(), 3.2);
}

TEST(Ina3221, TheSameBoardUnderHwmonHasTheSamePower) {
  const SysfsTree tree("jetson-nano-hwmon");
  const Meter meter = open_on(tree, "ina3221");
  EXPECT_EQ(meter.info.rail, "POM_5V_IN (hwmon1)");
  EXPECT_NEAR(meter.sensor->read(), 5.04 * 0.424, 1e-12);
  EXPECT_DOUBLE_EQ(meter.info.update_period_s, 0.007);
  EXPECT_NEAR(meter.info.quantum, 5.04 * 40e-6 / 0.005 + 0.424 * 0.008, 1e-12);
  tree.set(std::string(kNanoHwmon) + "curr1_input", "600");
  EXPECT_NEAR(meter.sensor->read(), 5.04 * 0.6, 1e-12);
}

TEST(Ina3221, AnotherRailIsChosenByName) {
  const SysfsTree tree("jetson-nano-iio");
  EXPECT_NEAR(open_on(tree, "ina3221:rail=POM_5V_CPU").sensor->read(), 0.483, 1e-12);
  EXPECT_TRUE(contains(bad_input_message([&] { open_on(tree, "ina3221:rail=POM_5V_CP"); }),
                       "did you mean 'POM_5V_CPU'?"));
}

TEST(Ina3221, RailsAreNeverAddedUp) {
  const SysfsTree tree("jetson-no-total");
  const std::string why = why_not(tree, "ina3221");
  EXPECT_TRUE(contains(why, "GPU (1-0040), CPU (1-0040), SOC (1-0040)")) << why;
  EXPECT_TRUE(contains(why, "choose one with ina3221:rail=NAME")) << why;
  EXPECT_DOUBLE_EQ(open_on(tree, "ina3221:rail=GPU").sensor->read(), 1.5);
}

TEST(Ina3221, SaysWhatIsMissingAndWhatCannotBe) {
  const SysfsTree bare("bare");
  EXPECT_TRUE(contains(why_not(bare, "ina3221"), "no INA3221 below " + bare.root()));
  const SysfsTree tree("jetson-nano-iio");
  const Meter meter = open_on(tree, "ina3221");
  const auto message = [&] {
    return error_message(ErrorCode::kMissingMeasurement, [&] { meter.sensor->read(); });
  };
  tree.set(std::string(kNanoIio) + "in_power0_input", "-40");
  EXPECT_TRUE(contains(message(), "gives -0.04 W, a power below 0"));
  tree.set(std::string(kNanoIio) + "in_power0_input", "");
  EXPECT_TRUE(contains(message(), "in_power0_input' holds no number"));
  tree.remove(std::string(kNanoIio) + "in_power0_input");
  tree.remove(std::string(kNanoIio) + "in_current0_input");
  EXPECT_TRUE(contains(why_not(tree, "ina3221"), "in_current0_input': No such file"));
}

TEST(Ina2xx, AHatInTheSupplyLine) {
  const SysfsTree tree("ina226-hat");
  const Meter meter = open_on(tree, "ina2xx");
  EXPECT_EQ(meter.info.rail, "ina226 (hwmon2)");
  EXPECT_DOUBLE_EQ(meter.sensor->read(), 3.2625);
  EXPECT_DOUBLE_EQ(meter.info.update_period_s, 0.036);
  EXPECT_NEAR(meter.info.quantum, 25 * 2.5e-6 / 0.01, 1e-15);  // 6.25 mW
  tree.set(std::string(kHat) + "name", "ina219");
  EXPECT_NEAR(open_on(tree, "ina2xx").info.quantum, 20 * 10e-6 / 0.01, 1e-15);
}

TEST(Ina2xx, WithoutAShuntTheStepMustBeGiven) {
  const SysfsTree tree("ina226-hat");
  tree.remove(std::string(kHat) + "shunt_resistor");
  EXPECT_TRUE(contains(why_not(tree, "ina2xx"), "ina2xx:quantum=W"));
  EXPECT_EQ(open_on(tree, "ina2xx:quantum=0.02").info.quantum, 0.02);
}

TEST(Ina2xx, OfSeveralOneIsChosen) {
  const SysfsTree tree("ina226-hat");
  tree.set("class/hwmon/hwmon3/name", "ina219");
  tree.set("class/hwmon/hwmon3/power1_input", "1000000");
  tree.set("class/hwmon/hwmon3/shunt_resistor", "100000");
  EXPECT_TRUE(contains(why_not(tree, "ina2xx"), "hwmon2 (ina226), hwmon3 (ina219)"));
  EXPECT_DOUBLE_EQ(open_on(tree, "ina2xx:chip=hwmon3").sensor->read(), 1);
  EXPECT_TRUE(contains(why_not(SysfsTree("bare"), "ina2xx"), "no INA219 or INA226"));
}

TEST(Rapl, ThePackageIsCountedOnceAndWraps) {
  const SysfsTree tree("rapl-laptop");
  const Meter meter = open_on(tree, "rapl");
  EXPECT_EQ(meter.info.rail, "package-0 (powercap)");  // neither its cores nor its mmio twin
  EXPECT_EQ(meter.info.quantity, MeterQuantity::kEnergy);
  EXPECT_EQ(meter.sensor->read(), 0);
  tree.set(kPackage, "262143300000");
  EXPECT_NEAR(meter.sensor->read(), 0.3, 1e-9);
  tree.set(kPackage, "1000000");  // 28,850 uJ to its end at 262,143,328,850, and 1 J on
  EXPECT_NEAR(meter.sensor->read(), 0.3 + 0.02885 + 1, 1e-6);
}

TEST(Rapl, ACounterThatGoesBackwardsIsAnError) {
  const SysfsTree tree("rapl-laptop");
  const Meter meter = open_on(tree, "rapl");
  tree.set(kPackage, "262000000000");
  const std::string message =
      error_message(ErrorCode::kMissingMeasurement, [&] { meter.sensor->read(); });
  EXPECT_TRUE(contains(message, "package-0 went backwards, from 262143 to 262000 J")) << message;
}

TEST(Rapl, ThePlatformIsPreferredAndNothingCountsTwice) {
  const SysfsTree tree("rapl-psys");
  EXPECT_EQ(open_on(tree, "rapl").info.rail, "psys (powercap)");
  EXPECT_EQ(open_on(tree, "rapl:domain=package").info.rail, "package-0 + package-1 (powercap)");
  const Meter both = open_on(tree, "rapl:domain=package-dram");
  EXPECT_EQ(both.info.rail, "package-0 + dram + package-1 (powercap)");
  tree.set("class/powercap/intel-rapl:0/energy_uj", "3000000");
  tree.set("class/powercap/intel-rapl:0:0/energy_uj", "900000");  // cores: in the package
  tree.set("class/powercap/intel-rapl:0:1/energy_uj", "600000");
  tree.set("class/powercap/intel-rapl:1/energy_uj", "2500000");
  EXPECT_NEAR(both.sensor->read(), 2 + 0.1 + 0.5, 1e-9);
  EXPECT_TRUE(contains(why_not(SysfsTree("rapl-laptop"), "rapl:domain=psys"),
                       "no such domain here; there are: package-0, core, uncore"));
  EXPECT_TRUE(contains(why_not(tree, "rapl:interface=perf"), "cannot be replayed"));
  EXPECT_TRUE(contains(why_not(SysfsTree("bare"), "rapl"), "no RAPL below"));
}

TEST(Battery, TheMachinesBatteryWhileItDischarges) {
  const SysfsTree tree("rapl-laptop");
  const Meter meter = open_on(tree, "battery");
  EXPECT_EQ(meter.info.rail, "BAT0");  // not the mouse's
  EXPECT_DOUBLE_EQ(meter.sensor->read(), 8.73);
  const std::string folder = "class/power_supply/BAT0/";
  tree.set(folder + "status", "Charging");
  EXPECT_TRUE(contains(error_message(ErrorCode::kMissingMeasurement, [&] { meter.sensor->read(); }),
                       "BAT0 is in state 'Charging'"));
  EXPECT_TRUE(contains(why_not(tree, "battery"), "unplug the charger"));
  tree.set(folder + "status", "Discharging");
  tree.set(folder + "power_now", "0");
  EXPECT_TRUE(contains(why_not(tree, "battery"), "a power of 0 W although it discharges"));
  tree.remove(folder + "power_now");
  tree.set(folder + "current_now", "-500000");
  tree.set(folder + "voltage_now", "12000000");
  EXPECT_DOUBLE_EQ(open_on(tree, "battery").sensor->read(), 6);
  EXPECT_TRUE(contains(why_not(SysfsTree("bare"), "battery"), "no battery below"));
}

TEST(Meters, AnUnreadableRailIsNamed) {
  const SysfsTree tree("rapl-laptop");
  tree.remove(kPackage);
  std::filesystem::create_directory(tree.path(kPackage));  // opens, but cannot be read
  EXPECT_TRUE(contains(why_not(tree, "rapl"), "energy_uj': Is a directory"));
  tree.remove(kPackage);
  tree.set(kPackage, "1");
  std::filesystem::permissions(tree.path(kPackage), std::filesystem::perms::none);
  if (std::ifstream(tree.path(kPackage))) return;  // this user may read everything
  const std::string why = why_not(tree, "rapl");
  EXPECT_TRUE(contains(why, "energy_uj': Permission denied; run as root")) << why;
}

class Nvml : public testing::Test {
 protected:
  std::string open_error(const std::string& kind, const std::string& options = "") {
    setenv("FAKE_NVML", kind.c_str(), 1);
    return error_message(ErrorCode::kMissingMeasurement,
                         [&] { open_meter(spec_ + options, MeterContext()); });
  }
  Meter open(const std::string& kind) {
    setenv("FAKE_NVML", kind.c_str(), 1);
    return open_meter(spec_, MeterContext());
  }

  std::string spec_ = "nvml:library=" SPLITBENCH_FAKE_NVML;
};

TEST_F(Nvml, CountsEnergyWhereTheGpuDoes) {
  const Meter meter = open("energy");
  EXPECT_EQ(meter.info.quantity, MeterQuantity::kEnergy);
  EXPECT_EQ(meter.info.rail, "Fake GPU (GPU 0)");
  const double before = meter.sensor->read();
  EXPECT_DOUBLE_EQ(meter.sensor->read() - before, 5);
}

TEST_F(Nvml, ElseReadsPower) {
  const Meter meter = open("power");
  EXPECT_EQ(meter.info.quantity, MeterQuantity::kPower);
  EXPECT_DOUBLE_EQ(meter.sensor->read(), 71.5);
}

TEST_F(Nvml, SaysWhyNot) {
  EXPECT_TRUE(
      contains(open_error("jetson"), "does not support its power on this GPU; on a Jetson"));
  EXPECT_TRUE(contains(open_error("no-driver"), "NVML on nvmlInit: Driver Not Loaded"));
  EXPECT_TRUE(contains(open_error("power", ":gpu=1"), "NVML on GPU 1: Invalid Argument"));
  spec_ = "nvml:library=libno-such-library.so";
  EXPECT_TRUE(contains(open_error("power"), "no NVIDIA driver:"));
}

TEST(ModelMeter, TakesTheFiguresOfADeviceProfile) {
  MeterContext context;
  context.device_power = [](const std::string& device) {
    EXPECT_EQ(device, "board");
    return PowerFigures{2, 5, "a table"};
  };
  const Meter meter = open_meter("model:device=board", context);
  ASSERT_TRUE(meter.model.has_value());
  EXPECT_EQ(meter.model->busy_w, 5);
  EXPECT_EQ(meter.info.rail, "figures of the device profile board");
}

}  // namespace
}  // namespace splitbench
