// A machine in virtual time whose power is a known curve, and what a meter would log of it.
#pragma once

#include <cmath>
#include <functional>
#include <vector>

#include "base/rng.h"
#include "measure/load_windows.h"
#include "measure/meter_log.h"

namespace splitbench {

class VirtualClock : public Clock {
 public:
  double now_s() override { return now_; }
  void sleep_s(double seconds) override { now_ += seconds; }

 private:
  double now_ = 100;
};

// Watts at a time, given whether the machine computes.
using PowerCurve = std::function<double(double time_s, bool busy)>;

struct PowerScene {
  LoadRun run;
  PowerCurve curve;

  bool busy_at(double time_s) const {
    for (const Stretch& busy : run.busy) {
      if (time_s >= busy.start_s && time_s < busy.end_s) return true;
    }
    return false;
  }
  double watts(double time_s) const { return curve(time_s, busy_at(time_s)); }
  double start_s() const { return run.idle.front().start_s; }
  double end_s() const { return run.idle.back().end_s; }

  // By slices so fine that they stand for the truth.
  double true_joules(const Stretch& stretch) const {
    constexpr int kSlices = 200000;
    const double slice_s = (stretch.end_s - stretch.start_s) / kSlices;
    double joules = 0;
    for (int i = 0; i < kSlices; ++i) {
      joules += watts(stretch.start_s + (i + 0.5) * slice_s) * slice_s;
    }
    return joules;
  }

  // A power sensor with that period and step, and noise of its own.
  MeterLog power_log(double period_s, double quantum, double noise_w = 0,
                     std::uint64_t seed = 1) const {
    MeterLog log = {MeterQuantity::kPower, quantum, period_s, {}, ""};
    Rng rng(seed);
    for (double t = start_s() - 2; t < end_s() + 2; t += period_s) {
      double value = watts(t) + noise_w * std::sqrt(3.0) * (2 * rng.uniform() - 1);
      if (quantum > 0) value = std::round(value / quantum) * quantum;
      log.readings.push_back({t, value});
    }
    return log;
  }

  // An energy counter with that step, read at that period.
  MeterLog counter_log(double period_s, double quantum) const {
    MeterLog log = {MeterQuantity::kEnergy, quantum, period_s, {}, ""};
    constexpr int kSlices = 20;
    double joules = 0;
    for (double t = start_s() - 2; t < end_s() + 2; t += period_s) {
      log.readings.push_back({t, std::floor(joules / quantum) * quantum});
      for (int i = 0; i < kSlices; ++i) {
        joules += watts(t + (i + 0.5) * period_s / kSlices) * period_s / kSlices;
      }
    }
    return log;
  }
};

// Segments that take so many seconds a run.
inline PowerScene make_scene(const std::vector<double>& run_s, PowerCurve curve,
                             const LoadSettings& settings = {}, double period_s = 0.01) {
  VirtualClock clock;
  std::vector<TimedItem> items;
  for (const double seconds : run_s) {
    items.push_back({[&clock, seconds] {
      clock.sleep_s(seconds);
      return seconds;
    }});
  }
  return {run_load_windows(items, settings, period_s, clock), std::move(curve)};
}

}  // namespace splitbench
