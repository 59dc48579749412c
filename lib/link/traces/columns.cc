// Any CSV file with a header: the columns of time (seconds) and rate by their names; a rate holds
// until the next row, an empty one or "-" is a gap.
#include <algorithm>
#include <utility>

#include "base/csv.h"
#include "base/error.h"
#include "base/nearest.h"
#include "link/link.h"
#include "link/trace_rows.h"

namespace splitbench {
namespace {

std::size_t column(const CsvRow& header, const std::string& wanted, const std::string& name) {
  const auto found = std::find(header.fields.begin(), header.fields.end(), wanted);
  if (found != header.fields.end()) {
    return static_cast<std::size_t>(found - header.fields.begin());
  }
  throw bad_input(name + " has no column '" + wanted + "'" + suggestion(wanted, header.fields));
}

std::vector<RateSample> read(std::string_view text, const std::string& name, const Spec& spec) {
  const std::vector<CsvRow> rows = parse_csv(text, name);
  if (rows.empty()) return {};
  const std::size_t time = column(rows.front(), spec.options.at("time"), name);
  const std::size_t rate = column(rows.front(), spec.options.at("rate"), name);
  const double unit_bps = parse_rate_bps("1" + spec.options.at("unit"));
  std::vector<RateSample> moments;
  for (std::size_t i = 1; i < rows.size(); ++i) {
    const std::string where = name + " line " + std::to_string(rows[i].line);
    const std::vector<std::string>& fields = rows[i].fields;
    if (fields.size() <= std::max(time, rate)) throw bad_input(where + " is too short");
    RateSample sample = {parse_number(fields[time], where), 0, std::nullopt, rows[i].line};
    const bool measured = !fields[rate].empty() && fields[rate] != "-";
    if (measured) sample.rate_bps = parse_number(fields[rate], where) * unit_bps;
    moments.push_back(sample);
  }
  return held_until_next(std::move(moments), gap_policy(spec));
}

OptionDescription text(const char* name, const char* value, const char* help) {
  OptionDescription option;
  option.name = name;
  option.type = OptionType::kText;
  option.default_value = value;
  option.help = help;
  return option;
}

}  // namespace

TraceFormat columns_format() {
  TraceFormat format;
  format.description.name = "columns";
  format.description.summary =
      "any CSV with a header that names a column of seconds and one of rates";
  format.description.options = {
      text("time", "time_s", "the column of seconds, of any clock"),
      text("rate", "rate", "the column of rates"),
      text("unit", "Mbit", "of the rates: bit, kbit, Mbit, Gbit, B/s, kB/s, MB/s ...")};
  format.gaps = GapPolicy::kCut;
  format.read = read;
  return format;
}

}  // namespace splitbench
