#include "measure/meter_log.h"

#include <algorithm>
#include <cmath>

#include "base/units.h"
#include "core/statistics.h"

namespace splitbench {
namespace {

// 1.96 standard deviations of a uniform error of half-width 1.
const double kUniform95 = 1.96 / std::sqrt(3.0);
constexpr double kGapPeriods = 10;
constexpr double kShortestGapS = 0.1;  // a sampling thread may have to wait so long for its turn
constexpr double kLeapQuanta = 3;

// The readings from the last one at or before the start to the first one at or after the end.
struct Cover {
  std::size_t first = 0, last = 0;
};

bool by_time(const MeterReading& reading, double time_s) { return reading.time_s < time_s; }

std::optional<Cover> cover(const std::vector<MeterReading>& readings, double start_s,
                           double end_s) {
  const auto end = std::lower_bound(readings.begin(), readings.end(), end_s, by_time);
  auto start = std::lower_bound(readings.begin(), readings.end(), start_s, by_time);
  if (end == readings.end() || readings.front().time_s > start_s) return std::nullopt;
  if (start->time_s > start_s) --start;
  return Cover{static_cast<std::size_t>(start - readings.begin()),
               static_cast<std::size_t>(end - readings.begin())};
}

double value_at(const MeterReading& a, const MeterReading& b, double time_s) {
  if (b.time_s <= a.time_s) return a.value;
  const double share = (time_s - a.time_s) / (b.time_s - a.time_s);
  return a.value + share * (b.value - a.value);
}

double longest_gap_s(const MeterLog& log) {
  return std::max(kGapPeriods * log.update_period_s, kShortestGapS);
}

std::optional<double> gap_s(const MeterLog& log, const Cover& range) {
  const double most = longest_gap_s(log);
  for (std::size_t i = range.first; i < range.last; ++i) {
    const double distance = log.readings[i + 1].time_s - log.readings[i].time_s;
    if (distance > most) return distance;
  }
  return std::nullopt;
}

// How long a counter had one value: everything draws power all the time, so it has stopped.
std::optional<double> standstill_s(const MeterLog& log, const Cover& range) {
  const auto& r = log.readings;
  double changed_s = r[range.first].time_s, longest_s = 0;
  for (std::size_t i = range.first + 1; i <= range.last; ++i) {
    longest_s = std::max(longest_s, r[i].time_s - changed_s);
    if (r[i].value != r[i - 1].value) changed_s = r[i].time_s;
  }
  return longest_s > longest_gap_s(log) ? std::optional<double>(longest_s) : std::nullopt;
}

// Sizes of the changes between successive readings, those that are none left out.
std::vector<double> changes(const MeterLog& log, const Cover& range) {
  std::vector<double> sizes;
  for (std::size_t i = range.first; i < range.last; ++i) {
    const double size = std::abs(log.readings[i + 1].value - log.readings[i].value);
    if (size > 0) sizes.push_back(size);
  }
  return sizes;
}

std::size_t count_updates(const MeterLog& log, const Cover& range, double seconds,
                          const std::vector<double>& sizes) {
  const std::size_t read = range.last - range.first;
  if (log.quantity == MeterQuantity::kEnergy) return sizes.size();
  std::size_t updates = read;
  if (log.update_period_s > 0) {
    updates = std::min(updates, static_cast<std::size_t>(seconds / log.update_period_s));
  }
  const bool leaps = log.quantum > 0 && !sizes.empty() && median(sizes) > kLeapQuanta * log.quantum;
  return leaps ? std::min(updates, sizes.size() + 1) : updates;
}

void integrate_power(const MeterLog& log, const Cover& range, double start_s, double end_s,
                     StretchEnergy& energy) {
  double joules = 0, squares = 0;
  for (std::size_t i = range.first; i < range.last; ++i) {
    const MeterReading& a = log.readings[i];
    const MeterReading& b = log.readings[i + 1];
    const double from_s = std::max(a.time_s, start_s), to_s = std::min(b.time_s, end_s);
    const double from = value_at(a, b, from_s), to = value_at(a, b, to_s);
    joules += (from + to) / 2 * (to_s - from_s);
    const double bound = std::abs(b.value - a.value) / 2 * (to_s - from_s);
    squares += bound * bound;
  }
  energy.joules = joules;
  energy.sampling_j = kUniform95 * std::sqrt(squares);
  energy.rounding_j = log.quantum / 2 * (end_s - start_s);
}

// What the counter did between the two readings around either end is unknown.
void subtract_counter(const MeterLog& log, const Cover& range, double start_s, double end_s,
                      StretchEnergy& energy) {
  const auto& r = log.readings;
  const std::size_t after = std::min(range.first + 1, r.size() - 1);
  const std::size_t before = range.last == 0 ? 0 : range.last - 1;
  const double first = value_at(r[range.first], r[after], start_s);
  const double last = value_at(r[before], r[range.last], end_s);
  const double head = (r[after].value - r[range.first].value) / 2;
  const double tail = (r[range.last].value - r[before].value) / 2;
  energy.joules = last - first;
  energy.sampling_j = kUniform95 * std::sqrt(head * head + tail * tail);
  energy.rounding_j = log.quantum;
}

std::string uncovered(const MeterLog& log) {
  if (!log.failure.empty()) return log.failure;
  return log.readings.empty() ? "the meter gave no readings"
                              : "the meter's readings do not cover the whole measurement";
}

}  // namespace

StretchEnergy energy_between(const MeterLog& log, double start_s, double end_s) {
  StretchEnergy energy;
  const auto range = log.readings.empty() ? std::nullopt : cover(log.readings, start_s, end_s);
  if (!range) {
    energy.reason = uncovered(log);
    return energy;
  }
  if (const auto gap = gap_s(log, *range)) {
    energy.reason = log.failure.empty()
                        ? "the meter gave no reading for " + format_duration(*gap) + " of it"
                        : log.failure;
    return energy;
  }
  const std::vector<double> sizes = changes(log, *range);
  energy.moved = !sizes.empty();
  energy.updates = count_updates(log, *range, end_s - start_s, sizes);
  if (log.quantity == MeterQuantity::kPower) {
    integrate_power(log, *range, start_s, end_s, energy);
  } else if (const auto still = standstill_s(log, *range)) {
    energy.reason = "the energy counter stood still for " + format_duration(*still);
  } else if (energy.moved) {
    subtract_counter(log, *range, start_s, end_s, energy);
  } else {
    energy.reason = "the energy counter stood still for " + format_duration(end_s - start_s);
  }
  return energy;
}

}  // namespace splitbench
