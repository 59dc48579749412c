// Device profiles by name or file, and the figures of the meter `model` from them.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "core/device.h"

namespace splitbench {

// Throws Error{kBadInput} for what is neither a file nor a name in profiles/devices.
DeviceProfile find_device(const std::string& device, const std::vector<std::string>& folders);

// Throws Error{kBadInput} for a device that is neither a file nor a name in profiles/devices, and
// Error{kMissingMeasurement} for one without idle and busy power.
std::function<PowerFigures(const std::string& device)> device_power_reader(
    std::vector<std::string> profile_folders);

}  // namespace splitbench
