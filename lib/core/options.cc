#include "core/options.h"

#include <algorithm>

#include "base/error.h"
#include "base/nearest.h"

namespace splitbench {
namespace {

void check_range(double value, const OptionDescription& option, const std::string& where) {
  if (value < option.minimum || value > option.maximum) {
    throw bad_input(where + ": " + format_number(value) + " is outside " +
                    format_number(option.minimum) + " to " + format_number(option.maximum));
  }
}

std::string resolve_value(const std::string& value, const OptionDescription& option,
                          const std::string& where) {
  switch (option.type) {
    case OptionType::kInteger: {
      const long long number = parse_integer(value, where);
      check_range(static_cast<double>(number), option, where);
      return std::to_string(number);
    }
    case OptionType::kReal: {
      const double number = parse_number(value, where);
      check_range(number, option, where);
      return format_number(number);
    }
    case OptionType::kChoice:
      if (std::find(option.choices.begin(), option.choices.end(), value) == option.choices.end()) {
        throw bad_input(where + ": unknown value '" + value + "'" +
                        suggestion(value, option.choices));
      }
      return value;
    case OptionType::kText:
      return value;
  }
  return value;
}

void check_keys(const Spec& spec, const std::vector<OptionDescription>& options) {
  std::vector<std::string> known;
  for (const OptionDescription& option : options) known.push_back(option.name);
  for (const auto& entry : spec.options) {
    if (std::find(known.begin(), known.end(), entry.first) != known.end()) continue;
    if (known.empty()) {
      throw bad_input("'" + spec.name + "' takes no options, got '" + entry.first + "'");
    }
    throw bad_input("'" + spec.name + "' has no option '" + entry.first + "'" +
                    suggestion(entry.first, known));
  }
}

}  // namespace

Spec resolve_options(const Spec& spec, const std::vector<OptionDescription>& options) {
  check_keys(spec, options);
  Spec resolved{spec.name, {}};
  for (const OptionDescription& option : options) {
    const std::string where = spec.name + ":" + option.name;
    const auto given = spec.options.find(option.name);
    const std::string& value = given == spec.options.end() ? option.default_value : given->second;
    if (value.empty() && option.required) {
      throw bad_input("'" + spec.name + "' needs " + option.name + "=...: " + option.help);
    }
    if (value.empty() && option.type == OptionType::kText) continue;
    resolved.options[option.name] = resolve_value(value, option, where);
  }
  return resolved;
}

}  // namespace splitbench
