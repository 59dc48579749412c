// Traces of load from hostile text: refused, or a load at any time.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/error.h"
#include "link/load_trace.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  try {
    const splitbench::StepTrace trace = splitbench::parse_load_trace(text, "input");
    for (const double start : {0.0, 0.25, 1.0, 1e6}) {
      if (!(trace.at(start) >= 0)) std::abort();
    }
  } catch (const splitbench::Error&) {
  }
  return 0;
}
