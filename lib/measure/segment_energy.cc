#include "measure/segment_energy.h"

#include <algorithm>
#include <cmath>

#include "base/units.h"

namespace splitbench {
namespace {

constexpr std::size_t kParts = 5;
// Two-sided 95 % quantiles of Student's t for 1 to 4 degrees of freedom.
constexpr double kStudent95[] = {12.706, 4.303, 3.182, 2.776};

std::string watts_text(double watts) { return format_plain(watts, 4) + " W"; }

// Half the 95 % interval of the window's mean power, from the means of parts with equally many
// runs.
double scatter_w(const MeterLog& log, const LoadWindow& load) {
  const std::size_t runs = load.run_ends_s.size();
  const std::size_t parts = std::min(kParts, runs);
  if (parts < 2) return 0;
  std::vector<double> watts;
  double start_s = load.stretch.start_s;
  for (std::size_t part = 1; part <= parts; ++part) {
    const double end_s = load.run_ends_s[part * runs / parts - 1];
    if (end_s <= start_s) continue;
    const StretchEnergy energy = energy_between(log, start_s, end_s);
    if (energy.joules) watts.push_back(*energy.joules / (end_s - start_s));
    start_s = end_s;
  }
  if (watts.size() < 2) return 0;
  const double middle = mean(watts);
  double squares = 0;
  for (const double w : watts) squares += (w - middle) * (w - middle);
  const auto count = static_cast<double>(watts.size());
  return kStudent95[watts.size() - 2] * std::sqrt(squares / (count - 1) / count);
}

// The one value that a power sensor had all the time, as a rail does that no longer answers.
std::optional<double> only_value(const MeterLog& log, double start_s, double end_s) {
  if (log.quantity == MeterQuantity::kEnergy) return std::nullopt;
  std::optional<double> value;
  for (const MeterReading& reading : log.readings) {
    if (reading.time_s < start_s || reading.time_s > end_s) continue;
    if (value && *value != reading.value) return std::nullopt;
    value = reading.value;
  }
  return value;
}

// Why a rail that does not move between load and idle tells nothing; empty when it does.
std::string standstill(const MeterLog& log, const Stretch& load, const Stretch& before,
                       const Stretch& after) {
  const auto first = only_value(log, before.start_s, load.end_s);
  const auto last = only_value(log, load.start_s, after.end_s);
  if (!first && !last) return "";
  return "the rail showed " + watts_text(first ? *first : *last) + " through " +
         (!first  ? "load and idle"
          : !last ? "idle and load"
                  : "idle, load and idle") +
         ": it does not update, or its steps hide the load";
}

struct Power {
  double watts = 0;
  double certain = 0;  // half-width that all readings share
  double chance = 0;   // half-width that shrinks with more of them
};

Power power_of(const StretchEnergy& energy, const Stretch& stretch) {
  const double seconds = stretch.end_s - stretch.start_s;
  return {*energy.joules / seconds, energy.rounding_j / seconds, energy.sampling_j / seconds};
}

Interval around(double middle, double half) { return {middle - half, middle + half}; }

std::string missing_reason(const StretchEnergy& load, double load_s, const StretchEnergy& before,
                           const StretchEnergy& after) {
  if (!load.joules) return load.reason;
  if (load.updates < kFewestUpdates) {
    return "the sensor had " + std::to_string(load.updates) + " new values in " +
           format_duration(load_s) + ", at least " + std::to_string(kFewestUpdates) +
           " are needed; raise --energy-window";
  }
  if (!before.joules || !after.joules) {
    return "idle power: " + (before.joules ? after.reason : before.reason);
  }
  return "";
}

void set_dynamic(EnergyReading& reading, double joules, double half) {
  if (joules < 0) {
    reading.dynamic_reason = "the power under load lies below the idle power, by " +
                             format_energy(-joules) + " a run (+- " + format_energy(half) + ")";
    return;
  }
  reading.dynamic_joules = joules;
  reading.dynamic_ci95 = around(joules, half);
}

}  // namespace

EnergyReading segment_energy(const MeterLog& log, const LoadWindow& load, const Stretch& before,
                             const Stretch& after) {
  EnergyReading reading;
  const Stretch& window = load.stretch;
  const StretchEnergy energy = energy_between(log, window.start_s, window.end_s);
  const StretchEnergy first = energy_between(log, before.start_s, before.end_s);
  const StretchEnergy last = energy_between(log, after.start_s, after.end_s);
  reading.runs = load.run_s.size();
  reading.updates = energy.updates;
  reading.window_s = window.end_s - window.start_s;
  reading.reason = missing_reason(energy, reading.window_s, first, last);
  if (!reading.reason.empty()) return reading;
  reading.reason = standstill(log, window, before, after);
  if (!reading.reason.empty()) return reading;
  const Power busy = power_of(energy, window);
  const Power idle_a = power_of(first, before), idle_b = power_of(last, after);
  const double run_s = mean(load.run_s);
  const double chance = std::hypot(busy.chance, scatter_w(log, load));
  reading.mean_w = busy.watts;
  reading.joules = busy.watts * run_s;
  reading.ci95 = around(*reading.joules, (busy.certain + chance) * run_s);
  const double idle_w = (idle_a.watts + idle_b.watts) / 2;
  const double idle_half = idle_a.certain + std::abs(idle_a.watts - idle_b.watts) / 2 +
                           std::hypot(idle_a.chance, idle_b.chance) / 2;
  set_dynamic(reading, (busy.watts - idle_w) * run_s, (busy.certain + chance + idle_half) * run_s);
  return reading;
}

MeanPower mean_power(const MeterLog& log, const std::vector<Stretch>& stretches) {
  MeanPower power;
  double joules = 0, seconds = 0, half_j = 0, low_w = 0, high_w = 0;
  for (const Stretch& stretch : stretches) {
    const StretchEnergy energy = energy_between(log, stretch.start_s, stretch.end_s);
    if (!energy.joules) {
      power.reason = energy.reason;
      continue;
    }
    const double length_s = stretch.end_s - stretch.start_s;
    const double watts = *energy.joules / length_s;
    low_w = seconds > 0 ? std::min(low_w, watts) : watts;
    high_w = seconds > 0 ? std::max(high_w, watts) : watts;
    joules += *energy.joules;
    half_j += energy.rounding_j + energy.sampling_j;
    seconds += length_s;
  }
  if (seconds <= 0) {
    if (power.reason.empty()) power.reason = "the machine was never idle";
    return power;
  }
  power.reason.clear();
  power.watts = joules / seconds;
  power.ci95 = {std::min(low_w, *power.watts - half_j / seconds),
                std::max(high_w, *power.watts + half_j / seconds)};
  return power;
}

EnergyReading modelled_energy(const PowerFigures& figures, double run_s) {
  EnergyReading reading;
  reading.modelled = true;
  reading.mean_w = figures.busy_w;
  reading.joules = figures.busy_w * run_s;
  reading.dynamic_joules = (figures.busy_w - figures.idle_w) * run_s;
  return reading;
}

}  // namespace splitbench
