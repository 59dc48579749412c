// Mahimahi: a line is a millisecond at which one packet of 1500 bytes can leave; a millisecond may
// come several times. The trace begins again after the last one.
#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "link/trace_rows.h"

namespace splitbench {
namespace {

constexpr double kPacketBits = 1500 * 8;
constexpr double kMillisecond = 1e-3;
constexpr double kMaxMilliseconds = 1e10;  // some four months

bool is_millisecond(double value) {
  return value >= 0 && value <= kMaxMilliseconds && std::floor(value) == value;
}

bool recognises(std::string_view text) {
  const std::vector<double> numbers = first_numbers(text);
  return numbers.size() == 1 && is_millisecond(numbers[0]);
}

// The packets of a millisecond leave during the one that ends there; in between the link is down,
// at this resolution.
std::vector<RateSample> read(std::string_view text, const std::string& name, const Spec&) {
  std::vector<RateSample> samples;
  double last_ms = -1;
  for_each_row(text, name, 1, [&](std::size_t line, const std::vector<double>& numbers) {
    const double ms = std::max(numbers[0], 1.0);  // 0 and 1 share the first millisecond
    const std::string where = name + " line " + std::to_string(line);
    if (!is_millisecond(numbers[0])) {
      throw bad_input(where + ": " + format_number(numbers[0]) +
                      " is no whole number of milliseconds");
    }
    if (ms < last_ms) throw bad_input(where + ": milliseconds go back");
    if (ms == last_ms) {
      *samples.back().rate_bps += kPacketBits / kMillisecond;
      return;
    }
    const double idle_from_ms = std::max(last_ms, 0.0);
    if (ms - 1 > idle_from_ms) {
      samples.push_back({idle_from_ms * kMillisecond, (ms - 1) * kMillisecond, 0, line});
    }
    samples.push_back(
        {(ms - 1) * kMillisecond, ms * kMillisecond, kPacketBits / kMillisecond, line});
    last_ms = ms;
  });
  return samples;
}

}  // namespace

TraceFormat mahimahi_format() {
  TraceFormat format;
  format.description.name = "mahimahi";
  format.description.summary = "Mahimahi: a millisecond a line, at which 1500 bytes can leave";
  format.recognises = recognises;
  format.read = read;
  return format;
}

}  // namespace splitbench
