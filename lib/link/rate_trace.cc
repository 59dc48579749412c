#include "link/rate_trace.h"

#include "base/error.h"
#include "base/nearest.h"
#include "link/trace_rows.h"

namespace splitbench {

#define SPLITBENCH_TRACE_FORMAT(name) TraceFormat name##_format();
#include "link/traces.inc"
#undef SPLITBENCH_TRACE_FORMAT

namespace {

constexpr char kAuto[] = "auto";

std::vector<TraceFormat> formats() {
  std::vector<TraceFormat> all = {
#define SPLITBENCH_TRACE_FORMAT(name) name##_format(),
#include "link/traces.inc"
#undef SPLITBENCH_TRACE_FORMAT
  };
  OptionDescription gap;
  gap.name = "gap";
  gap.type = OptionType::kChoice;
  gap.choices = {"cut", "hold", "zero"};
  gap.help = "time that nobody measured: left out, the rate before it, or a link that is down";
  for (TraceFormat& format : all) {
    if (!format.gaps) continue;
    gap.default_value = *format.gaps == GapPolicy::kHold ? "hold" : "cut";
    format.description.options.push_back(gap);
  }
  return all;
}

TraceFormat find_format(const std::string& wanted, std::string_view text, const std::string& file) {
  std::vector<std::string> names = {kAuto};
  for (const TraceFormat& format : formats()) {
    const bool fits = wanted == kAuto ? format.recognises != nullptr && format.recognises(text)
                                      : format.description.name == wanted;
    if (fits) return format;
    names.push_back(format.description.name);
  }
  if (wanted != kAuto) {
    throw bad_input("unknown trace format '" + wanted + "'" + suggestion(wanted, names));
  }
  throw bad_input(file +
                  " looks like no known trace; name its format with ,format=: mahimahi, cooked, "
                  "six-columns, irish, or columns:time=NAME:rate=NAME:unit=kbit");
}

}  // namespace

std::vector<TraceFormatDescription> trace_formats() {
  std::vector<TraceFormatDescription> descriptions;
  for (const TraceFormat& format : formats()) descriptions.push_back(format.description);
  return descriptions;
}

RateTrace parse_rate_trace(std::string_view text, const std::string& name,
                           const std::string& spec_text) {
  Spec spec = parse_spec(spec_text);
  const TraceFormat format = find_format(spec.name, text, name);
  spec.name = format.description.name;
  const Spec resolved = resolve_options(spec, format.description.options);
  RateTrace trace = steps_of(format.read(text, name, resolved), name, gap_policy(resolved));
  trace.format = resolved.canonical();
  return trace;
}

}  // namespace splitbench
