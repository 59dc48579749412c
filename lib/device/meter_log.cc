#include "device/meter_log.h"

#include <algorithm>

#include "base/csv.h"
#include "base/error.h"
#include "base/nearest.h"
#include "base/spec.h"

namespace splitbench {
namespace {

struct Columns {
  std::size_t time = 0, power = 1;
};

bool is_number(const std::string& text) {
  return !text.empty() && text.find_first_not_of("0123456789+-.eE ") == std::string::npos;
}

std::size_t column(const CsvRow& header, const std::string& wanted, const std::string& name) {
  const auto found = std::find(header.fields.begin(), header.fields.end(), wanted);
  if (found != header.fields.end()) {
    return static_cast<std::size_t>(found - header.fields.begin());
  }
  throw bad_input(name + " has no column '" + wanted + "'" + suggestion(wanted, header.fields));
}

double number(const CsvRow& row, std::size_t column, const std::string& where) {
  if (column >= row.fields.size()) {
    throw bad_input(where + " has only " + std::to_string(row.fields.size()) + " columns");
  }
  const std::string& field = row.fields[column];
  const std::size_t first = field.find_first_not_of(' ');
  return parse_number(first == std::string::npos ? field : field.substr(first), where);
}

}  // namespace

std::vector<MeterReading> parse_meter_log(std::string_view text, const std::string& name,
                                          const std::string& time_column,
                                          const std::string& power_column) {
  const std::vector<CsvRow> rows = parse_csv(text, name);
  std::vector<MeterReading> readings;
  if (rows.empty()) return readings;
  Columns columns;
  const bool headless = rows.front().fields.size() == 2 && is_number(rows.front().fields[0]);
  if (!headless) {
    columns = {column(rows.front(), time_column, name), column(rows.front(), power_column, name)};
  }
  for (std::size_t i = headless ? 0 : 1; i < rows.size(); ++i) {
    const std::string where = name + " line " + std::to_string(rows[i].line);
    const MeterReading reading = {number(rows[i], columns.time, where),
                                  number(rows[i], columns.power, where)};
    if (reading.value < 0) {
      throw bad_input(where + ": a power of " + format_number(reading.value) +
                      " W is below 0; is the meter connected the wrong way round?");
    }
    if (!readings.empty() && reading.time_s <= readings.back().time_s) {
      throw bad_input(where + ": its time " + format_number(reading.time_s) +
                      " s is not after that before, " + format_number(readings.back().time_s) +
                      " s; log with finer stamps, in order");
    }
    readings.push_back(reading);
  }
  return readings;
}

}  // namespace splitbench
