// Bandwidth traces of every format: what is accepted has some rate above 0 and an end, and is
// usable at any time and for any amount.

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
    const splitbench::RateTrace read = splitbench::parse_rate_trace(text, "input", spec);
    const splitbench::StepTrace& trace = read.rate_bps;
    if (trace.steps().front().start_s != 0 || !(trace.highest() > 0)) std::abort();
    if (!(trace.duration_s() > 0 && std::isfinite(trace.duration_s()))) std::abort();
    if (!(read.gaps_s >= 0) || (read.gaps > 0) != (read.gaps_s > 0)) std::abort();
    for (const double start : {0.0, 0.25, 1.0, 1e6}) {
      if (!(trace.at(start) >= 0)) std::abort();
      for (const double bits : {1.0, 1e6, 1e12}) {
        if (!(trace.time_to_add_up(start, bits) >= 0)) std::abort();
      }
    }
  } catch (const splitbench::Error&) {
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const char* spec : {"auto", "cooked:gap=zero", "cooked:gap=cut", "mahimahi",
                           "six-columns:gap=hold", "irish", "columns:time=t:rate=r:gap=hold"}) {
    check(text, spec);
  }
  return 0;
}
