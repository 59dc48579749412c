// What is named by specs, for `list`: codecs, methods, datasets, meters and traces.
#pragma once

#include <string>

#include "device/registry.h"

namespace splitbench {

struct Table;

// One row each, the name first, its options in one column: for programs. `what` is one of the five.
Table spec_table(const std::string& what, const MeterContext& meters);

// For people, to stdout: each with its summary and a line for every option; all, or the one called
// `only` when that is not empty.
void print_specs(const std::string& what, const std::string& only, const MeterContext& meters);

}  // namespace splitbench
