// Instruments that tell what a machine draws, as the measuring code sees them; lib/device makes
// them.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace splitbench {

// What a meter's values are: watts, or joules since some moment.
enum class MeterQuantity { kPower, kEnergy };
const char* meter_quantity_name(MeterQuantity quantity);  // "power", "energy"
const char* meter_unit(MeterQuantity quantity);           // "W", "J"

struct MeterInfo {
  std::string spec;  // canonical: its identity in documents
  std::string rail;  // what is metered, and where it is read: "POM_5V_IN (6-0040)"
  MeterQuantity quantity = MeterQuantity::kPower;
  double update_period_s = 0;  // how often the sensor has a new value; 0: told by its values
  double quantum = 0;          // the smallest step between values, W or J; 0: none that matters
};

struct MeterReading {
  double time_s = 0;
  double value = 0;  // W or J
};

// A sensor that can be read at any moment. Not thread-safe.
class Sensor {
 public:
  virtual ~Sensor() = default;
  // Watts now, or joules since the sensor was opened (never fewer than before).
  // Throws Error{kMissingMeasurement} when it cannot be read or what it says cannot be.
  virtual double read() = 0;
};

// What another instrument writes to a file meanwhile, on a clock of its own.
class MeterFile {
 public:
  virtual ~MeterFile() = default;
  // All readings so far in order of time. Throws Error{kBadInput} for a file that is no such log.
  virtual std::vector<MeterReading> read() = 0;
  // Seconds to wait for the file to tell about what has just happened.
  virtual double wait_s() const = 0;
};

// A machine that nobody metered, from figures about it. Whatever follows from it is modelled.
struct PowerFigures {
  double idle_w = 0;  // >= 0
  double busy_w = 0;  // while it computes, >= idle_w
  std::string source;
};

// Exactly one of `sensor`, `file` and `model` is set.
struct Meter {
  MeterInfo info;
  std::unique_ptr<Sensor> sensor;
  std::unique_ptr<MeterFile> file;
  std::optional<PowerFigures> model;
};

}  // namespace splitbench
