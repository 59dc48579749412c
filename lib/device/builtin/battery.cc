// The battery of a laptop: sys/class/power_supply/*/{type = Battery, status, power_now (uW), or
// current_now (uA) and voltage_now (uV)}. What leaves all batteries together is what the machine
// draws, as long as they discharge.
#include <cmath>
#include <filesystem>

#include "device/meter_factory.h"
#include "device/sysfs.h"

namespace splitbench {
namespace {

// Firmware tells new values every second or few, in steps it does not tell; these are usual.
constexpr double kUsualPeriodS = 2;
constexpr double kUsualQuantumW = 0.01;

class Battery {
 public:
  explicit Battery(const std::string& folder)
      : name_(std::filesystem::path(folder).filename().string()), folder_(folder) {
    const bool power = std::filesystem::exists(folder + "/power_now");
    files_.emplace_back(folder + (power ? "/power_now" : "/current_now"));
    if (!power) files_.emplace_back(folder + "/voltage_now");
  }

  const std::string& name() const { return name_; }

  double read() const {
    const std::string status = sysfs_text(folder_ + "/status").value_or("unknown");
    if (status != "Discharging") {
      throw missing("battery " + name_ + " is in state '" + status +
                    "', which does not tell what the machine draws: unplug the charger");
    }
    double watts = 1;
    // Some drivers give the current of discharging a sign.
    for (const SysfsValue& file : files_) watts *= std::abs(file.read()) * 1e-6;
    return watts;
  }

 private:
  std::string name_, folder_;
  std::vector<SysfsValue> files_;
};

class BatterySensor : public Sensor {
 public:
  explicit BatterySensor(std::vector<Battery> batteries) : batteries_(std::move(batteries)) {}

  double read() override {
    double watts = 0;
    for (const Battery& battery : batteries_) watts += battery.read();
    if (watts > 0) return watts;
    throw missing(
        "the battery tells a power of 0 W although it discharges: its firmware does not "
        "meter it");
  }

 private:
  std::vector<Battery> batteries_;
};

// A mouse has a battery too, of scope "Device".
bool feeds_the_machine(const std::string& folder) {
  return sysfs_text(folder + "/type") == "Battery" && sysfs_text(folder + "/scope") != "Device";
}

Meter open(const Spec& spec, const MeterContext& context) {
  std::vector<Battery> batteries;
  std::string names;
  for (const std::string& folder : sysfs_entries(context.root + "/sys/class/power_supply")) {
    if (!feeds_the_machine(folder)) continue;
    batteries.emplace_back(folder);
    names += (names.empty() ? "" : " + ") + batteries.back().name();
  }
  if (batteries.empty()) {
    throw missing("no battery below " + context.root + "/sys/class/power_supply");
  }
  Meter meter;
  meter.info.rail = names;
  meter.info.update_period_s = option_or(spec, "period", kUsualPeriodS);
  meter.info.quantum = option_or(spec, "quantum", kUsualQuantumW);
  meter.sensor = std::make_unique<BatterySensor>(std::move(batteries));
  meter.sensor->read();
  return meter;
}

}  // namespace

MeterFactory battery_meter() {
  MeterDescription description;
  description.name = "battery";
  description.summary = "a laptop's battery while it discharges: the whole machine, slowly";
  description.options = sensor_options();
  description.quantity = "power";
  description.update_rate = "taken as 2 s; the firmware does not tell";
  description.quantisation = "taken as 10 mW; the firmware does not tell";
  return {description, open};
}

}  // namespace splitbench
