// Temperature, clock and throttling while something runs, and waiting until the machine is cool.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "core/profile.h"
#include "measure/clock.h"

namespace splitbench {

// As they are now, time_s left at 0: hottest thermal zone, mean of cpufreq, and the Raspberry Pi
// firmware's word from its file in /sys. Throws nothing; thread-safe.
ThermalSample read_thermals(const std::string& root = "/");

// The word in "throttled=0x50005", as `vcgencmd get_throttled` prints it.
std::optional<unsigned> parse_throttled(const std::string& text);

// What `vcgencmd get_throttled` says, for kernels without the file; unset where there is no such
// program.
std::optional<unsigned> ask_vcgencmd();

using ThermalProbe = std::function<ThermalSample()>;

// Waits until the hottest sensor is at most `max_c`, asking each second. Returns the seconds
// waited. Throws Error{kMissingMeasurement} when nothing tells the temperature, and Error{kRuntime}
// when it stays above for `patience_s`.
double wait_until_cool(double max_c, double patience_s, const ThermalProbe& probe, Clock& clock);

}  // namespace splitbench
