// Logs of power meters: what is accepted has finite powers of at least 0 and rising times.

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/error.h"
#include "device/meter_log.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  try {
    double last_s = -INFINITY;
    for (const splitbench::MeterReading& reading : splitbench::parse_meter_log(text, "input")) {
      const bool sound =
          reading.time_s > last_s && reading.value >= 0 && std::isfinite(reading.value);
      if (!sound) std::abort();
      last_s = reading.time_s;
    }
  } catch (const splitbench::Error&) {
  }
  return 0;
}
