// The meters that exist, and opening one by its spec string.
//
// A meter is one file in device/builtin/ and one line in device/builtin.inc. Thread-safe.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "device/meter_factory.h"

namespace splitbench {

// In the order of builtin.inc.
std::vector<MeterDescription> meter_descriptions();

// Opens `name:key=value:...`. Throws Error{kBadInput} for an unknown name or key (with the nearest
// one) or a bad value, and Error{kMissingMeasurement} with the reason when the machine below
// `context.root` does not have such a meter or does not let it be read.
Meter open_meter(const std::string& spec, const MeterContext& context);

// What the meter says of itself when it is opened with its defaults, or why it cannot be.
std::variant<MeterInfo, std::string> try_meter(const std::string& name,
                                               const MeterContext& context);

}  // namespace splitbench
