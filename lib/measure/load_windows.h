// Runs segments for long enough that a slow sensor can tell what they draw: idle, segment 1 over
// and over, idle, segment 2, ..., idle.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "measure/clock.h"
#include "measure/sampler.h"
#include "measure/segment_energy.h"

namespace splitbench {

struct LoadSettings {
  double window_s = 1;       // of each segment, at least
  double updates = 50;       // new values of the sensor in it, at least ...
  double max_window_s = 60;  // ... unless that takes longer than this
  double idle_s = 0.5;       // of each idle window, at least; and updates / 5 of the sensor's
  double settle_s = 0.2;     // of either state before it is looked at
  // Idle windows up to this much longer, by chance: a pattern that fits an external log in one
  // place only.
  double idle_spread = 0;
  std::uint64_t seed = 0;
};

// idle[i] comes before load[i], and one more after the last.
struct LoadRun {
  std::vector<Stretch> idle;
  std::vector<LoadWindow> load;
  std::vector<Stretch> busy;  // all time that a segment ran, settling included: the load's pattern
};

// The length of a segment's window with a sensor of that period, and of the whole run.
double window_length_s(const LoadSettings& settings, double update_period_s);
double idle_length_s(const LoadSettings& settings, double update_period_s);

// `items` as for measure_interleaved(); each returns the seconds of one run. Throws what they
// throw.
LoadRun run_load_windows(const std::vector<TimedItem>& items, const LoadSettings& settings,
                         double update_period_s, Clock& clock, const RoundProgress& progress = {});

}  // namespace splitbench
