// Traces from hostile text: refused, or usable at any time and for any amount.

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "../support/memory_file.h"
#include "base/error.h"
#include "io/step_trace_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace splitbench;  // NOLINT(google-build-using-namespace)
  const MemoryFile file(data, size);
  try {
    const StepTrace trace = read_rate_trace(file.path());
    for (const double start : {0.0, 0.25, 1.0, 1e6}) {
      if (!(trace.at(start) >= 0)) std::abort();
      for (const double bits : {1.0, 1e6, 1e12}) {
        if (!(trace.time_to_add_up(start, bits) >= 0)) std::abort();
      }
    }
  } catch (const Error&) {
  }
  return 0;
}
