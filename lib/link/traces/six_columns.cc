// The logs of Norway (HSDPA, Riiser et al. 2013) and Ghent (LTE, van der Hooft et al. 2016): a
// clock, milliseconds since the start, latitude, longitude, bytes received, and the milliseconds
// that took. A row tells of the time before it. These are downlinks.
#include "base/error.h"
#include "link/trace_rows.h"

namespace splitbench {
namespace {

constexpr std::size_t kColumns = 6, kStartMs = 1, kBytes = 4, kMs = 5;

bool recognises(std::string_view text) { return first_numbers(text).size() == kColumns; }

std::vector<RateSample> read(std::string_view text, const std::string& name, const Spec&) {
  std::vector<RateSample> samples;
  for_each_row(text, name, kColumns, [&](std::size_t line, const std::vector<double>& numbers) {
    const double bytes = numbers[kBytes], ms = numbers[kMs];
    if (bytes < 0 || !(ms > 0)) {
      throw bad_input(name + " line " + std::to_string(line) + ": " + format_number(bytes) +
                      " bytes in " + format_number(ms) + " ms give no rate");
    }
    const double end_s = numbers[kStartMs] / 1e3;
    samples.push_back({end_s - ms / 1e3, end_s, 8 * bytes / (ms / 1e3), line});
  });
  return samples;
}

}  // namespace

TraceFormat six_columns_format() {
  TraceFormat format;
  format.description.name = "six-columns";
  format.description.summary =
      "Norway HSDPA and Ghent LTE: clock, ms, latitude, longitude, bytes, ms they took";
  format.recognises = recognises;
  format.gaps = GapPolicy::kCut;
  format.read = read;
  return format;
}

}  // namespace splitbench
