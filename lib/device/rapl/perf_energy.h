// The energy counters of Intel and AMD processors as perf events: cheaper than powercap, and open
// to users where /proc/sys/kernel/perf_event_paranoid is 0 or less.
#pragma once

#include "device/rapl/powercap_energy.h"

namespace splitbench {

// Of the running machine; the events are those of /sys/bus/event_source/devices/power.
// Throws Error{kMissingMeasurement} when the kernel has no such events or refuses them.
RaplSensor open_perf_energy(RaplDomain domain);

// One event as its two files describe it, e.g. "event=0x02" and "2.3283064365386962890625e-10".
struct PerfEvent {
  unsigned long long config = 0;
  double joules_per_count = 0;
};
// Throws Error{kMissingMeasurement} naming the text that is not understood.
PerfEvent parse_perf_event(const std::string& event, const std::string& scale);

// The CPUs of a list such as "0,18" or "0-1": one for each package.
std::vector<int> parse_cpu_list(const std::string& list);

}  // namespace splitbench
