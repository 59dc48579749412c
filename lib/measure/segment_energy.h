// The energy of one run of a segment: what the rail delivered while the segment ran over and over,
// and how much of that was more than the idle machine draws.
//
//   energy  = mean power of the window * mean time of a run in it
//   dynamic = (mean power of the window - idle power) * mean time of a run
//
// The idle power is the mean of a window before and one after. Time and power are of the same runs.
// Pure functions; thread-safe.
#pragma once

#include <string>
#include <vector>

#include "core/profile.h"
#include "measure/meter_log.h"

namespace splitbench {

struct Stretch {
  double start_s = 0, end_s = 0;  // on the monotonic clock
};

// A segment that ran over and over.
struct LoadWindow {
  Stretch stretch;                 // from the start of the first run to the end of the last
  std::vector<double> run_s;       // seconds of every run, as timed
  std::vector<double> run_ends_s;  // when each ended, on the clock of the stretch
};

// Fewer new values of the sensor than this and there is no energy.
constexpr std::size_t kFewestUpdates = 10;

// Intervals (95 %): the sensor's rounding, the power between its readings, and the scatter of up to
// five parts of the window (Student's t of their means), the latter two added in squares; of the
// dynamic energy also the idle power's rounding, and half the difference of the two idle windows.
//
// joules is unset with the reason when a window is not covered (energy_between), has fewer than
// kFewestUpdates, or when the rail had one and the same value through the load and the idle window
// before or after it: it has stopped, or cannot resolve the load. dynamic_joules is unset also when
// it would be below 0.
EnergyReading segment_energy(const MeterLog& log, const LoadWindow& load, const Stretch& before,
                             const Stretch& after);

// Mean power of a stretch with its interval; unset where energy_between() is.
struct MeanPower {
  std::optional<double> watts;
  Interval ci95;
  std::string reason;
};
MeanPower mean_power(const MeterLog& log, const std::vector<Stretch>& stretches);

// Energy by figures instead of a meter, from the mean time of a run: always modelled.
EnergyReading modelled_energy(const PowerFigures& figures, double run_s);

}  // namespace splitbench
