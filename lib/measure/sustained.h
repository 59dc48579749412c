// A segment without a pause until the machine is as hot as it gets: what a first minute tells is
// not what a board can keep up.
#pragma once

#include "core/profile.h"
#include "measure/clock.h"
#include "measure/sampler.h"
#include "measure/thermals.h"

namespace splitbench {

struct SustainedSettings {
  double max_s = 0;       // at most so long
  double window_s = 60;   // "a minute"
  double steady_c = 0.5;  // the mean temperatures of the last two windows differ by no more
};

// Runs for three windows at least, looks at the thermals each second, and ends when the temperature
// holds still or at max_s. Without a thermometer it never is steady, and says so. When max_s is
// less than two windows, the first and the last half are what is summarised. Throws what the item
// throws.
SustainedRun run_sustained(const TimedItem& item, const SustainedSettings& settings,
                           const ThermalProbe& probe, Clock& clock,
                           const RoundProgress& progress = {});

}  // namespace splitbench
