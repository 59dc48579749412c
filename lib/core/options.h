// How codecs, datasets, links and meters describe the options of their specs, and the one place
// that checks a spec against such a description. Pure functions; thread-safe.
#pragma once

#include <string>
#include <vector>

#include "base/spec.h"

namespace splitbench {

enum class OptionType { kInteger, kReal, kChoice, kText };

struct OptionDescription {
  std::string name;
  OptionType type = OptionType::kInteger;
  std::string default_value;  // an empty default of a kText option means: may be left out
  std::string help;
  double minimum = 0;  // kInteger and kReal: both ends allowed
  double maximum = 0;
  std::vector<std::string> choices;  // kChoice
  bool required = false;             // has no default: the user must give it
};

// `spec` with defaults filled in and numbers in their shortest form, so that equal settings have
// equal canonical() text; options that stay empty are left out.
// Throws Error{kBadInput} for an unknown key (with the nearest one), a missing required option, a
// value of the wrong type, out of range or not among the choices.
Spec resolve_options(const Spec& spec, const std::vector<OptionDescription>& options);

}  // namespace splitbench
