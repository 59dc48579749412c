// A supply rail in sysfs and the choice among several: the one that everything runs through.
//
// Rails overlap: a board's input rail carries what its CPU and GPU rails carry. So rails are never
// added up; without a known total the user chooses.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "device/meter_factory.h"
#include "device/sysfs.h"

namespace splitbench {

struct Rail {
  std::string name;
  std::string place;  // the chip, for people: "6-0040"
  // Either the power, or voltage and current; in the units of the scale.
  std::string power_path;
  std::string voltage_path, current_path;
  double power_scale = 1e-3;  // W per step of the file: mW
  std::optional<double> shunt_ohm;
  std::optional<double> update_period_s;
};

// "POM_5V_IN (6-0040), POM_5V_CPU (6-0040)".
std::string rail_names(const std::vector<Rail>& rails);

// The rail named `wanted`, or, when that is empty, the only one of `totals` (the only one at all if
// `totals` is empty). Throws Error{kBadInput} for an unknown name, Error{kMissingMeasurement} when
// none or several would do; both name the rails there are. `spec` is how the user asks for one.
Rail choose_rail(const std::vector<Rail>& rails, const std::string& wanted,
                 const std::vector<std::string>& totals, const std::string& spec);

// Watts of a rail: its power, or volts times amperes read one after the other.
class RailSensor : public Sensor {
 public:
  // Throws Error{kMissingMeasurement} when a file cannot be opened.
  explicit RailSensor(const Rail& rail);
  // Throws also for a power below 0, which no rail delivers.
  double read() override;

 private:
  std::vector<SysfsValue> files_;
  double scale_;
};

}  // namespace splitbench
