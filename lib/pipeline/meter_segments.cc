#include "pipeline/meter_segments.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "base/error.h"
#include "base/units.h"
#include "measure/log_alignment.h"
#include "measure/power_sampler.h"

namespace splitbench {
namespace {

constexpr double kLookAgainS = 0.5;  // for more of an external log
constexpr double kMostCost = 0.01;   // of latency, that sampling may take

PowerRecord record_of(const Meter& meter) {
  PowerRecord power;
  power.meter = meter.info.spec;
  power.rail = meter.info.rail;
  power.quantity = meter_quantity_name(meter.info.quantity);
  power.modelled = meter.model.has_value();
  power.update_period_s = meter.info.update_period_s;
  power.quantum = meter.info.quantum;
  return power;
}

MeteredSegments model_segments(const std::vector<LatencySummary>& latencies, const Meter& meter) {
  MeteredSegments result;
  result.power = record_of(meter);
  result.power.idle_w = meter.model->idle_w;
  result.power.source = meter.model->source;
  for (const LatencySummary& latency : latencies) {
    result.energy.push_back(modelled_energy(*meter.model, mean(latency.samples)));
  }
  return result;
}

// Times the item with and without sampling, in turns; each sample spans some readings.
SamplerCost sampler_cost(const TimedItem& item, PowerSampler& sampler) {
  constexpr double kReadings = 3;
  const double once_s = std::max(item.time_once(), 1e-9);
  const double wanted_s = kReadings * sampler.period_s();
  const int calls = static_cast<int>(std::clamp(std::ceil(wanted_s / once_s), 1.0, 1e4));
  const auto time_calls = [&item, calls] {
    double sum_s = 0;
    for (int i = 0; i < calls; ++i) sum_s += item.time_once();
    return sum_s / calls;
  };
  const std::vector<TimedItem> sides = {{[&] {
                                          sampler.resume();
                                          return time_calls();
                                        }},
                                        {[&] {
                                          sampler.pause();
                                          return time_calls();
                                        }}};
  MeasureSettings settings;
  settings.max_repetitions = settings.min_repetitions;
  settings.warm_up_max_s = 0;
  const std::vector<MeasuredItem> timed = measure_interleaved(sides, settings);
  SamplerCost cost;
  cost.period_s = sampler.period_s();
  cost.cpu_share = sampler.cpu_share();
  cost.with = summarise(timed[0].samples_s);
  cost.without = summarise(timed[1].samples_s);
  if (cost.without.ci95.low > 0) {
    cost.ratio_ci95 = {cost.with.ci95.low / cost.without.ci95.high,
                       cost.with.ci95.high / cost.without.ci95.low};
  }
  return cost;
}

void fill(const MeterLog& log, const LoadRun& run, MeteredSegments& result) {
  const MeanPower idle = mean_power(log, run.idle);
  result.power.idle_w = idle.watts;
  if (idle.watts) result.power.idle_ci95 = idle.ci95;
  result.power.idle_reason = idle.reason;
  for (std::size_t i = 0; i < run.load.size(); ++i) {
    result.energy.push_back(segment_energy(log, run.load[i], run.idle[i], run.idle[i + 1]));
  }
}

void leave_out(const std::string& reason, std::size_t items, MeteredSegments& result) {
  EnergyReading nothing;
  nothing.reason = reason;
  result.energy.assign(items, nothing);
  result.power.idle_reason = reason;
}

// The alignment with what the log tells by now, and why the log cannot be used.
Alignment look_at(MeterFile& file, const MeterInfo& info, const LoadRun& run) {
  try {
    return align_log(file.read(), info.quantum, info.update_period_s, run);
  } catch (const Error& error) {
    Alignment none;
    none.reason = error.what();
    return none;
  }
}

// The log may lag behind, or be copied here after the run.
Alignment wait_for_log(MeterFile& file, const MeterInfo& info, const LoadRun& run, Clock& clock,
                       EventSink& events) {
  const double end_s = clock.now_s() + file.wait_s();
  Alignment found = look_at(file, info, run);
  if (!found.log) {
    events.note("waiting up to " + format_duration(file.wait_s()) + " for the log of " + info.rail +
                ": " + found.reason);
  }
  while (!found.log && clock.now_s() < end_s) {
    clock.sleep_s(kLookAgainS);
    found = look_at(file, info, run);
  }
  return found;
}

RoundProgress progress_to(EventSink& events) {
  return [&events](std::size_t done, std::size_t expected) {
    events.progress({"energy", done, expected, "segments", ""});
  };
}

MeteredSegments meter_by_file(const std::vector<TimedItem>& items, Meter& meter,
                              LoadSettings settings, Clock& clock, EventSink& events) {
  settings.idle_spread = 1;
  MeteredSegments result;
  result.power = record_of(meter);
  const LoadRun run =
      run_load_windows(items, settings, meter.info.update_period_s, clock, progress_to(events));
  const Alignment found = wait_for_log(*meter.file, meter.info, run, clock, events);
  if (!found.log) {
    leave_out(found.reason, items.size(), result);
    return result;
  }
  result.power.alignment = found.correlation;
  result.power.update_period_s = found.log->update_period_s;
  fill(*found.log, run, result);
  return result;
}

MeteredSegments meter_by_sensor(const std::vector<TimedItem>& items, Meter& meter,
                                const LoadSettings& settings, Clock& clock, EventSink& events) {
  MeteredSegments result;
  result.power = record_of(meter);
  PowerSampler sampler(*meter.sensor, meter.info);
  const SamplerCost cost = sampler_cost(items.front(), sampler);
  result.power.sampler = cost;
  if (cost.ratio_ci95.low > 1 + kMostCost) {
    events.warning("reading the meter makes the network " +
                   format_percent(cost.with.median / cost.without.median - 1) +
                   " slower; give it a longer period, e.g. " + meter.info.spec + ":period=0.1");
  }
  sampler.resume();
  const LoadRun run =
      run_load_windows(items, settings, meter.info.update_period_s, clock, progress_to(events));
  sampler.pause();
  fill(sampler.log(), run, result);
  return result;
}

}  // namespace

MeteredSegments meter_segments(const std::vector<TimedItem>& items,
                               const std::vector<LatencySummary>& latencies, Meter& meter,
                               const LoadSettings& settings, Clock& clock, EventSink& events) {
  MeteredSegments result = meter.model  ? model_segments(latencies, meter)
                           : meter.file ? meter_by_file(items, meter, settings, clock, events)
                                        : meter_by_sensor(items, meter, settings, clock, events);
  for (EnergyReading& energy : result.energy) energy.source = meter.info.spec;
  return result;
}

}  // namespace splitbench
