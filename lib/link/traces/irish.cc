// The 5G and LTE logs of University College Cork (Raca et al., MMSys 2018 and 2020): CSV with a
// header, `Timestamp` as 2019.12.16_13.40.04, `UL_bitrate` and `DL_bitrate` in kbit/s (the unit is
// what their figures suggest; no file says it), "-" for what was not measured. A second may stand
// there several times: the mean of its rows counts.
#include <algorithm>
#include <charconv>
#include <cstdint>
#include <utility>

#include "base/csv.h"
#include "base/error.h"
#include "link/trace_rows.h"

namespace splitbench {
namespace {

constexpr double kKilobit = 1e3;

// Days since 1970-01-01 of a civil date (Howard Hinnant, "chrono-Compatible Low-Level Date
// Algorithms").
std::int64_t days_from_civil(std::int64_t year, std::int64_t month, std::int64_t day) {
  year -= month <= 2;
  const std::int64_t era = (year >= 0 ? year : year - 399) / 400;
  const std::int64_t of_era = year - era * 400;
  const std::int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

// Seconds since 1970 of "2019.12.16_13.40.04"; clocks of summer and winter are not told apart.
double parse_timestamp(const std::string& text, const std::string& where) {
  constexpr int kParts = 6;
  constexpr int kLow[kParts] = {1970, 1, 1, 0, 0, 0}, kHigh[kParts] = {9999, 12, 31, 23, 59, 60};
  int parts[kParts] = {};
  const char* at = text.data();
  const char* end = at + text.size();
  for (int i = 0; i < kParts; ++i) {
    const auto result = std::from_chars(at, end, parts[i]);
    const char separator = i == 2 ? '_' : '.';
    const bool last = i == kParts - 1;
    const bool sound = result.ec == std::errc() && parts[i] >= kLow[i] && parts[i] <= kHigh[i] &&
                       (last ? result.ptr == end : result.ptr != end && *result.ptr == separator);
    if (!sound) {
      throw bad_input(where + ": '" + text + "' is no time such as 2019.12.16_13.40.04");
    }
    at = result.ptr + (last ? 0 : 1);
  }
  const std::int64_t days = days_from_civil(parts[0], parts[1], parts[2]);
  return static_cast<double>(((days * 24 + parts[3]) * 60 + parts[4]) * 60 + parts[5]);
}

std::size_t column(const CsvRow& header, const std::string& wanted, const std::string& name) {
  const auto found = std::find(header.fields.begin(), header.fields.end(), wanted);
  if (found == header.fields.end()) throw bad_input(name + " has no column '" + wanted + "'");
  return static_cast<std::size_t>(found - header.fields.begin());
}

bool recognises(std::string_view text) {
  std::size_t at = 0;
  const std::string_view header = next_line(text, at);
  return header.find("Timestamp") != std::string_view::npos &&
         header.find("UL_bitrate") != std::string_view::npos;
}

std::vector<RateSample> read(std::string_view text, const std::string& name, const Spec& spec) {
  const std::vector<CsvRow> rows = parse_csv(text, name);
  if (rows.empty()) return {};
  const std::size_t time = column(rows.front(), "Timestamp", name);
  const std::size_t rate = column(
      rows.front(), spec.options.at("direction") == "up" ? "UL_bitrate" : "DL_bitrate", name);
  std::vector<RateSample> moments;
  std::size_t same = 0;
  for (std::size_t i = 1; i < rows.size(); ++i) {
    const std::string where = name + " line " + std::to_string(rows[i].line);
    const std::vector<std::string>& fields = rows[i].fields;
    if (fields.size() <= std::max(time, rate)) throw bad_input(where + " is too short");
    const double start_s = parse_timestamp(fields[time], where);
    RateSample sample = {start_s, 0, std::nullopt, rows[i].line};
    if (fields[rate] != "-") sample.rate_bps = parse_number(fields[rate], where) * kKilobit;
    if (moments.empty() || moments.back().start_s != start_s) {
      moments.push_back(sample);
      same = sample.rate_bps ? 1 : 0;
    } else if (sample.rate_bps) {
      auto& mean = moments.back().rate_bps;
      mean = (mean.value_or(0) * static_cast<double>(same) + *sample.rate_bps) /
             static_cast<double>(same + 1);
      ++same;
    }
  }
  return held_until_next(std::move(moments), gap_policy(spec));
}

}  // namespace

TraceFormat irish_format() {
  TraceFormat format;
  format.description.name = "irish";
  format.description.summary = "5G and LTE logs of Cork: CSV with Timestamp and UL_bitrate";
  OptionDescription direction;
  direction.name = "direction";
  direction.type = OptionType::kChoice;
  direction.default_value = "up";
  direction.choices = {"up", "down"};
  direction.help = "whose bit rate counts";
  format.description.options = {direction};
  format.recognises = recognises;
  format.gaps = GapPolicy::kCut;
  format.read = read;
  return format;
}

}  // namespace splitbench
