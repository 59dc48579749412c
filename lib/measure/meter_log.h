// What a meter said while something ran, and the energy of a stretch of time by it.
//
// Power is integrated by the trapezoid rule on the clock of the readings; of an energy counter two
// values are subtracted. Pure functions; thread-safe.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "core/meter.h"

namespace splitbench {

struct MeterLog {
  MeterQuantity quantity = MeterQuantity::kPower;
  double quantum = 0;                  // W or J, see MeterInfo
  double update_period_s = 0;          // > 0
  std::vector<MeterReading> readings;  // times rise
  std::string failure;                 // why a reading failed, the first time; else empty
};

struct StretchEnergy {
  std::optional<double> joules;  // unset where the log cannot tell
  std::string reason;            // why it is unset
  // Half of the steps that the sensor rounds to, the same way all along in the worst case.
  double rounding_j = 0;
  // Half the width of the 95 % interval for what the power did between readings: half the change
  // between two readings times their distance bounds the error of a trapezoid of any power that
  // rises or falls between them; the errors are taken as independent and uniform within that.
  double sampling_j = 0;
  // New values of the sensor. Of a power sensor: the readings, but no more than its update period
  // allows; when its values move in leaps of several steps, equal ones are no new ones.
  std::size_t updates = 0;
  bool moved = false;  // whether any two readings differ
};

// Unset with the reason when the log does not cover the stretch, has a gap in it (more than ten
// update periods and a tenth of a second), or is an energy counter that stood still, all along or
// for as long as a gap.
// Requires end_s > start_s.
StretchEnergy energy_between(const MeterLog& log, double start_s, double end_s);

}  // namespace splitbench
