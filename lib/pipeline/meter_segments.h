// What segments draw: runs each over and over while a meter watches, and says what came of it.
#pragma once

#include <vector>

#include "base/event_sink.h"
#include "core/meter.h"
#include "core/profile.h"
#include "measure/clock.h"
#include "measure/load_windows.h"

namespace splitbench {

struct MeteredSegments {
  std::vector<EnergyReading> energy;  // of one run of each item
  PowerRecord power;
};

// `items` are as for measure_interleaved(); `latencies` are what they took there, from which a
// model makes energy: `items` then do not run again. The first item also tells what sampling costs.
// What cannot be had stays unset with its reason; throws only what items throw.
MeteredSegments meter_segments(const std::vector<TimedItem>& items,
                               const std::vector<LatencySummary>& latencies, Meter& meter,
                               const LoadSettings& settings, Clock& clock, EventSink& events);

}  // namespace splitbench
