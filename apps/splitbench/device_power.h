// Where the meter `model` gets its figures: device profiles by name or file.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "core/meter.h"

namespace splitbench {

// Throws Error{kBadInput} for a device that is neither a file nor a name in profiles/devices, and
// Error{kMissingMeasurement} for one without idle and busy power.
std::function<PowerFigures(const std::string& device)> device_power_reader(
    std::vector<std::string> profile_folders);

}  // namespace splitbench
