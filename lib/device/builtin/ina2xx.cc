// INA219, INA226 and their kin on a hat or a breakout, through hwmon: sys/class/hwmon/hwmon*/{name,
// power1_input (uW), shunt_resistor (uOhm), update_interval (ms)}.
//
// The steps of power1_input follow from the shunt as the driver calibrates the chip (Linux,
// drivers/hwmon/ina2xx.c): current in steps of 10 V / 1e6 / shunt (INA219) or 2.5 V / 1e6 / shunt
// (INA226), power in 20 or 25 of those.
#include <filesystem>

#include "device/rail.h"

namespace splitbench {
namespace {

constexpr char kChoice[] = "ina2xx:chip=NAME";
constexpr double kUsualPeriodS = 2.2e-3 * 16;  // 1.1 ms for shunt and bus each, 16 averaged

struct Chip {
  const char* name;
  double current_step_v;  // over the shunt
  double power_steps;
};
constexpr Chip kChips[] = {{"ina219", 10e-6, 20},
                           {"ina220", 10e-6, 20},
                           {"ina226", 2.5e-6, 25},
                           {"ina230", 2.5e-6, 25},
                           {"ina231", 2.5e-6, 25}};

const Chip* find_chip(const std::string& name) {
  for (const Chip& chip : kChips) {
    if (name == chip.name) return &chip;
  }
  return nullptr;
}

std::vector<Rail> find_chips(const std::string& root) {
  std::vector<Rail> found;
  for (const std::string& folder : sysfs_entries(root + "/sys/class/hwmon", "hwmon")) {
    const std::string name = sysfs_text(folder + "/name").value_or("");
    if (find_chip(name) == nullptr) continue;
    Rail rail;
    rail.name = std::filesystem::path(folder).filename().string();
    rail.place = name;
    rail.power_path = folder + "/power1_input";
    rail.power_scale = 1e-6;
    if (const auto micro = sysfs_number(folder + "/shunt_resistor")) {
      rail.shunt_ohm = *micro * 1e-6;
    }
    if (const auto milli = sysfs_number(folder + "/update_interval")) {
      rail.update_period_s = *milli * 1e-3;
    }
    found.push_back(std::move(rail));
  }
  return found;
}

Meter open(const Spec& spec, const MeterContext& context) {
  const std::vector<Rail> found = find_chips(context.root);
  if (found.empty()) {
    throw missing("no INA219 or INA226 below " + context.root +
                  "/sys/class/hwmon: tell the kernel of it, e.g. echo ina226 0x40 > "
                  "/sys/bus/i2c/devices/i2c-1/new_device");
  }
  const Rail rail = choose_rail(found, text_option(spec, "chip"), {}, kChoice);
  const Chip& chip = *find_chip(rail.place);
  const double shunt_ohm = rail.shunt_ohm.value_or(0);
  const double step_w = shunt_ohm > 0 ? chip.power_steps * chip.current_step_v / shunt_ohm : 0;
  Meter meter;
  meter.info.rail = rail.place + " (" + rail.name + ")";
  meter.info.update_period_s =
      option_or(spec, "period", rail.update_period_s.value_or(kUsualPeriodS));
  meter.info.quantum = option_or(spec, "quantum", step_w);
  if (meter.info.quantum <= 0) {
    throw missing("the driver of " + meter.info.rail +
                  " does not tell its shunt's resistance: give the step of its power with "
                  "ina2xx:quantum=W");
  }
  meter.sensor = std::make_unique<RailSensor>(rail);
  meter.sensor->read();
  return meter;
}

}  // namespace

MeterFactory ina2xx_meter() {
  MeterDescription description;
  description.name = "ina2xx";
  description.summary = "an INA219 or INA226 on a hat or in the supply line: what it feeds";
  description.options = sensor_options();
  description.options.push_back(
      name_option("chip", "which of several: hwmon0, hwmon1 ...; by default the only one"));
  description.quantity = "power";
  description.update_rate = "update_interval of the driver, else 35 ms";
  description.quantisation = "25 * 2.5 uV / shunt (INA226), 20 * 10 uV / shunt (INA219)";
  return {description, open};
}

}  // namespace splitbench
