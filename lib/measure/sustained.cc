#include "measure/sustained.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "base/units.h"
#include "core/statistics.h"

namespace splitbench {
namespace {

constexpr double kLookEveryS = 1;

std::optional<double> mean_temperature_c(const std::vector<ThermalSample>& samples, double from_s,
                                         double to_s) {
  std::vector<double> degrees;
  for (const ThermalSample& sample : samples) {
    const bool inside = sample.time_s > from_s && sample.time_s <= to_s;
    if (inside && sample.temperature_c) degrees.push_back(*sample.temperature_c);
  }
  if (degrees.empty()) return std::nullopt;
  return mean(degrees);
}

// By how much the last window is warmer than the one before it.
std::optional<double> warming_c(const std::vector<ThermalSample>& samples, double now_s,
                                double window_s) {
  const auto last = mean_temperature_c(samples, now_s - window_s, now_s);
  const auto before = mean_temperature_c(samples, now_s - 2 * window_s, now_s - window_s);
  if (!last || !before) return std::nullopt;
  return *last - *before;
}

}  // namespace

SustainedRun run_sustained(const TimedItem& item, const SustainedSettings& settings,
                           const ThermalProbe& probe, Clock& clock, const RoundProgress& progress) {
  SustainedRun run;
  std::vector<std::pair<double, double>> runs;  // when it ended, and what it took
  const double start_s = clock.now_s();
  double next_look_s = 0;
  std::optional<double> warming;
  while (run.seconds < settings.max_s && !run.is_steady) {
    const double took_s = item.time_once();
    run.seconds = clock.now_s() - start_s;
    runs.emplace_back(run.seconds, took_s);
    if (run.seconds < next_look_s) continue;
    next_look_s = run.seconds + kLookEveryS;
    ThermalSample sample = probe();
    sample.time_s = run.seconds;
    run.thermals.push_back(sample);
    warming = warming_c(run.thermals, run.seconds, settings.window_s);
    run.is_steady =
        run.seconds >= 3 * settings.window_s && warming && std::abs(*warming) <= settings.steady_c;
    if (progress) {
      progress(static_cast<std::size_t>(run.seconds), static_cast<std::size_t>(settings.max_s));
    }
  }
  const double part_s = std::min(settings.window_s, run.seconds / 2);
  std::vector<double> first, last;
  for (const auto& [end_s, took_s] : runs) {
    if (end_s <= part_s || first.empty()) first.push_back(took_s);
    if (end_s > run.seconds - part_s) last.push_back(took_s);
  }
  run.first = summarise(std::move(first));
  run.steady = summarise(std::move(last));
  if (!run.is_steady) {
    run.reason =
        warming
            ? "after " + format_duration(run.seconds) + " the temperature still changed by " +
                  format_plain(*warming, 2) + " degrees in " + format_duration(settings.window_s)
            : "nobody told the temperature of two windows of " + format_duration(settings.window_s);
  }
  return run;
}

}  // namespace splitbench
