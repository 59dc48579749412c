// How a meter describes itself and comes into being: what a file in device/builtin/ provides.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/error.h"
#include "core/meter.h"
#include "core/options.h"

namespace splitbench {

struct MeterDescription {
  std::string name;
  std::string summary;  // one line: what it meters, and on which machines
  std::vector<OptionDescription> options;
  std::string quantity;      // "power", "energy", or both
  std::string update_rate;   // as far as it is known without the machine
  std::string quantisation;  // the same
};

// What meters need from outside.
struct MeterContext {
  // Where sys stands: "/", or a folder with a tree that was recorded on another machine. Factories
  // get it without a slash at its end, so that the machine's own is empty.
  std::string root = "/";
  // The power figures of a device profile by its name or file; throws Error{kBadInput} when there
  // is none, Error{kMissingMeasurement} when it lacks the figures.
  std::function<PowerFigures(const std::string& device)> device_power;
};

struct MeterFactory {
  MeterDescription description;
  // `spec` is complete and validated. Throws Error{kMissingMeasurement} with the reason when this
  // machine does not have it, Error{kBadInput} when the spec names what is not there.
  Meter (*open)(const Spec& spec, const MeterContext& context) = nullptr;
};

// Options that most sensors have: `period` and `quantum`, each 0 for what the driver tells.
std::vector<OptionDescription> sensor_options();
// The option's value, or `otherwise` when it is 0.
double option_or(const Spec& spec, const char* option, double otherwise);
// A text option that may be left out: its value or "".
std::string text_option(const Spec& spec, const char* option);
OptionDescription name_option(std::string name, std::string help, bool required = false);

// An Error{kMissingMeasurement}.
Error missing(const std::string& message);

}  // namespace splitbench
