#include "device/meter_factory.h"

#include <utility>

namespace splitbench {
namespace {

OptionDescription seconds_or_steps(std::string name, std::string help, double maximum) {
  OptionDescription option;
  option.name = std::move(name);
  option.type = OptionType::kReal;
  option.default_value = "0";
  option.help = std::move(help);
  option.maximum = maximum;
  return option;
}

}  // namespace

std::vector<OptionDescription> sensor_options() {
  return {seconds_or_steps("period", "seconds between the sensor's new values; 0: as known", 60),
          seconds_or_steps("quantum", "smallest step of its values, W or J; 0: as known", 1000)};
}

double option_or(const Spec& spec, const char* option, double otherwise) {
  const double value = parse_number(spec.options.at(option), spec.name + ":" + option);
  return value > 0 ? value : otherwise;
}

std::string text_option(const Spec& spec, const char* option) {
  const auto found = spec.options.find(option);
  return found == spec.options.end() ? "" : found->second;
}

OptionDescription name_option(std::string name, std::string help, bool required) {
  OptionDescription option;
  option.name = std::move(name);
  option.type = OptionType::kText;
  option.help = std::move(help);
  option.required = required;
  return option;
}

Error missing(const std::string& message) { return {ErrorCode::kMissingMeasurement, message}; }

}  // namespace splitbench
