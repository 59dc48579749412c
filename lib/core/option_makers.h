// How a codec or a method of training describes its options, and reads their values back from a
// completed spec.
//
// Pure functions; thread-safe.
#pragma once

#include <string>
#include <vector>

#include "base/spec.h"
#include "core/options.h"

namespace splitbench {

// A whole number in [minimum, maximum].
OptionDescription integer_option(std::string name, int default_value, int minimum, int maximum,
                                 std::string help);
// One of `choices`, the first of which is the default.
OptionDescription choice_option(std::string name, std::vector<std::string> choices,
                                std::string help);

// A number in [minimum, maximum].
OptionDescription real_option(std::string name, double default_value, double minimum,
                              double maximum, std::string help);

// A value of a spec that resolve_options() has filled in and checked.
int integer_value(const Spec& spec, const std::string& name);
double real_value(const Spec& spec, const std::string& name);

}  // namespace splitbench
