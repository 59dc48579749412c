// "Cooked" traces (Pensieve, Oboe, Puffer's in that form): seconds and Mbit/s, a row each; a rate
// holds until the next row.
#include "link/trace_rows.h"

namespace splitbench {
namespace {

bool recognises(std::string_view text) { return first_numbers(text).size() == 2; }

std::vector<RateSample> read(std::string_view text, const std::string& name, const Spec&) {
  std::vector<RateSample> moments;
  for (const NumberRow& row : number_rows(text, name, 2)) {
    moments.push_back({row.numbers[0], 0, row.numbers[1] * 1e6, row.line});
  }
  return held_until_next(moments);
}

}  // namespace

TraceFormat cooked_format() {
  TraceFormat format;
  format.description.name = "cooked";
  format.description.summary = "Pensieve and kin: seconds and Mbit/s, the rate until the next row";
  format.recognises = recognises;
  format.read = read;
  return format;
}

}  // namespace splitbench
