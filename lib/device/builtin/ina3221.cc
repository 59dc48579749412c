// The INA3221 monitors of NVIDIA Jetson boards, in both layouts in which kernels show them:
//
//   IIO    sys/bus/i2c/drivers/ina3221x/6-0040/iio:device0/{rail_name_0, in_power0_input (mW),
//          in_voltage0_input (mV), in_current0_input (mA)}, channels 0 to 2    (L4T 32, JetPack 4)
//   hwmon  sys/class/hwmon/hwmon*/{name = ina3221, in1_label, in1_input (mV), curr1_input (mA),
//          shunt1_resistor (uOhm), update_interval (ms)}, channels 1 to 3      (JetPack 5 and
//          later)
//
// The chip's steps are 40 uV over the shunt and 8 mV of the bus (TI, INA3221 datasheet).
#include <filesystem>

#include "device/rail.h"

namespace splitbench {
namespace {

constexpr char kChoice[] = "ina3221:rail=NAME";
constexpr int kChannels = 3;
constexpr double kShuntStepV = 40e-6, kBusStepV = 8e-3;
// The shunt of POM_5V_IN on the Jetson Nano, which IIO does not tell; it makes steps of 40 mW at
// 5 V, and a published log of that rail has steps of 41 mW.
constexpr double kUsualShuntOhm = 5e-3;
// The same log has a new value at nearly every reading 9.8 ms apart.
constexpr double kUsualPeriodS = 0.01;

std::string file_name(const std::string& path) {
  return std::filesystem::path(path).filename().string();
}

void find_iio_rails(const std::string& root, std::vector<Rail>& rails) {
  for (const std::string& chip : sysfs_entries(root + "/sys/bus/i2c/drivers/ina3221x")) {
    for (const std::string& folder : sysfs_entries(chip, "iio")) {
      for (int channel = 0; channel < kChannels; ++channel) {
        const std::string number = std::to_string(channel);
        const auto name = sysfs_text(folder + "/rail_name_" + number);
        if (!name) continue;
        Rail rail;
        rail.name = *name;
        rail.place = file_name(chip);
        rail.voltage_path = folder + "/in_voltage" + number + "_input";
        rail.current_path = folder + "/in_current" + number + "_input";
        const std::string power = folder + "/in_power" + number + "_input";
        if (std::filesystem::exists(power)) rail.power_path = power;
        rails.push_back(std::move(rail));
      }
    }
  }
}

void find_hwmon_rails(const std::string& root, std::vector<Rail>& rails) {
  for (const std::string& folder : sysfs_entries(root + "/sys/class/hwmon", "hwmon")) {
    if (sysfs_text(folder + "/name") != "ina3221") continue;
    for (int channel = 1; channel <= kChannels; ++channel) {
      const std::string number = std::to_string(channel);
      const auto name = sysfs_text(folder + "/in" + number + "_label");
      if (!name) continue;
      Rail rail;
      rail.name = *name;
      rail.place = file_name(folder);
      rail.voltage_path = folder + "/in" + number + "_input";
      rail.current_path = folder + "/curr" + number + "_input";
      if (const auto micro = sysfs_number(folder + "/shunt" + number + "_resistor")) {
        rail.shunt_ohm = *micro * 1e-6;
      }
      if (const auto milli = sysfs_number(folder + "/update_interval")) {
        rail.update_period_s = *milli * 1e-3;
      }
      rails.push_back(std::move(rail));
    }
  }
}

// The step of the power that one step of the shunt's and one of the bus's voltage make.
double quantum_w(const Rail& rail, double shunt_ohm) {
  const double volts = sysfs_number(rail.voltage_path).value_or(5000) * 1e-3;
  const double amperes = sysfs_number(rail.current_path).value_or(0) * 1e-3;
  return volts * kShuntStepV / shunt_ohm + amperes * kBusStepV;
}

Meter open(const Spec& spec, const MeterContext& context) {
  std::vector<Rail> rails;
  find_iio_rails(context.root, rails);
  find_hwmon_rails(context.root, rails);
  if (rails.empty()) {
    throw missing("no INA3221 below " + context.root +
                  "/sys: neither bus/i2c/drivers/ina3221x nor a class/hwmon/hwmon* of that name");
  }
  const Rail rail = choose_rail(rails, text_option(spec, "rail"), {"POM_5V_IN", "VDD_IN"}, kChoice);
  const double shunt = option_or(spec, "shunt", rail.shunt_ohm.value_or(kUsualShuntOhm));
  Meter meter;
  meter.info.rail = rail.name + " (" + rail.place + ")";
  meter.info.update_period_s =
      option_or(spec, "period", rail.update_period_s.value_or(kUsualPeriodS));
  meter.info.quantum =
      option_or(spec, "quantum", quantum_w(rail, shunt > 0 ? shunt : kUsualShuntOhm));
  meter.sensor = std::make_unique<RailSensor>(rail);
  meter.sensor->read();
  return meter;
}

}  // namespace

MeterFactory ina3221_meter() {
  MeterDescription description;
  description.name = "ina3221";
  description.summary = "the power monitor of Jetson boards: the rail that feeds the whole board";
  description.options = sensor_options();
  description.options.push_back(
      name_option("rail", "the rail; by default POM_5V_IN or VDD_IN, whichever there is"));
  OptionDescription shunt;
  shunt.name = "shunt";
  shunt.type = OptionType::kReal;
  shunt.default_value = "0";
  shunt.maximum = 10;
  shunt.help = "its resistance in ohms; 0: what the driver tells, else 0.005 as on the Nano";
  description.options.push_back(shunt);
  description.quantity = "power";
  description.update_rate = "update_interval of hwmon, else 10 ms";
  description.quantisation = "40 uV over the shunt: 40 mW at 5 V and 5 mOhm";
  return {description, open};
}

}  // namespace splitbench
