// Finds where in an external meter's log a run took place: the clocks are strangers, but the load
// went up and down in a pattern that we know.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "measure/load_windows.h"
#include "measure/meter_log.h"

namespace splitbench {

struct Alignment {
  std::optional<MeterLog> log;  // the readings on our clock
  double offset_s = 0;          // ours = theirs + offset
  double correlation = 0;       // of the power with the load, at that offset
  std::string reason;           // why log is unset
};

// The offset at which the power correlates best with the load, from -1 to 1, looked for over the
// whole log. Unset below 0.7, when the log is shorter than the run, or when another place, more
// than half a busy stretch away, fits nearly as well (within 0.05). `quantum` and `update_period_s`
// are the log's; 0 stands for the median distance of its rows. Throws nothing. Pure; thread-safe.
Alignment align_log(const std::vector<MeterReading>& readings, double quantum,
                    double update_period_s, const LoadRun& run);

}  // namespace splitbench
