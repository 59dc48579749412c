#include "core/option_makers.h"

#include <utility>

namespace splitbench {

OptionDescription integer_option(std::string name, int default_value, int minimum, int maximum,
                                 std::string help) {
  OptionDescription option;
  option.name = std::move(name);
  option.type = OptionType::kInteger;
  option.default_value = std::to_string(default_value);
  option.help = std::move(help);
  option.minimum = minimum;
  option.maximum = maximum;
  return option;
}

OptionDescription real_option(std::string name, double default_value, double minimum,
                              double maximum, std::string help) {
  OptionDescription option;
  option.name = std::move(name);
  option.type = OptionType::kReal;
  option.default_value = format_number(default_value);
  option.help = std::move(help);
  option.minimum = minimum;
  option.maximum = maximum;
  return option;
}

OptionDescription choice_option(std::string name, std::vector<std::string> choices,
                                std::string help) {
  OptionDescription option;
  option.name = std::move(name);
  option.type = OptionType::kChoice;
  option.default_value = choices.front();
  option.help = std::move(help);
  option.choices = std::move(choices);
  return option;
}

int integer_value(const Spec& spec, const std::string& name) {
  return static_cast<int>(parse_integer(spec.options.at(name), spec.name + ":" + name));
}

double real_value(const Spec& spec, const std::string& name) {
  return parse_number(spec.options.at(name), spec.name + ":" + name);
}

}  // namespace splitbench
