// What a power meter beside the board logged: CSV with a time and a power, in seconds of any clock
// and watts.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/meter.h"

namespace splitbench {

// The columns are found by their names in the header line; without a header there must be just two,
// time and power. `name` names the text in errors.
// Throws Error{kBadInput} with the line for a missing column, a value that is no finite number, a
// power below 0, and a time that is not after the one before: a log whose stamps repeat or go back
// cannot be integrated. Gaps are not refused here: only what falls into one is lost.
// Pure; thread-safe.
std::vector<MeterReading> parse_meter_log(std::string_view text, const std::string& name,
                                          const std::string& time_column = "time_s",
                                          const std::string& power_column = "power_w");

}  // namespace splitbench
