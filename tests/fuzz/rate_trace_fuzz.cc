// Bandwidth traces of every format: what is accepted has rising starts, rates of at least 0, some
// rate above 0 and an end.

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/error.h"
#include "link/rate_trace.h"

namespace {

void check(std::string_view text, const char* spec) {
  try {
    const splitbench::RateTrace trace = splitbench::parse_rate_trace(text, "input", spec);
    if (trace.steps.empty() || trace.steps.front().start_s != 0) std::abort();
    double last_s = -1, highest = 0;
    for (const splitbench::RateStep& step : trace.steps) {
      if (!(step.start_s > last_s && step.rate_bps >= 0)) std::abort();
      last_s = step.start_s;
      highest = std::fmax(highest, step.rate_bps);
    }
    if (!(trace.end_s > last_s && highest > 0 && std::isfinite(trace.end_s))) std::abort();
  } catch (const splitbench::Error&) {
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const char* spec : {"auto", "cooked:gap=zero", "mahimahi", "six-columns:gap=hold", "irish",
                           "columns:time=t:rate=r:gap=hold"}) {
    check(text, spec);
  }
  return 0;
}
