// "Cooked" traces (Pensieve, Oboe, Puffer's in that form): seconds and Mbit/s, a row each
// change. A log of samples in that form is read as such with gap=cut.
#include <utility>

#include "link/trace_rows.h"

namespace splitbench {
namespace {

bool recognises(std::string_view text) { return first_numbers(text).size() == 2; }

std::vector<RateSample> read(std::string_view text, const std::string& name, const Spec& spec) {
  std::vector<RateSample> moments;
  for_each_row(text, name, 2, [&](std::size_t line, const std::vector<double>& numbers) {
    moments.push_back({numbers[0], 0, numbers[1] * 1e6, line});
  });
  return held_until_next(std::move(moments), gap_policy(spec));
}

}  // namespace

TraceFormat cooked_format() {
  TraceFormat format;
  format.description.name = "cooked";
  format.description.summary = "Pensieve and kin: seconds and Mbit/s, the rate until the next row";
  format.gaps = GapPolicy::kHold;
  format.recognises = recognises;
  format.read = read;
  return format;
}

}  // namespace splitbench
