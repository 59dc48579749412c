// Time: a monotonic clock for durations, a CPU clock for single-threaded work, UTC for records.
#pragma once

#include <string>

namespace splitbench {

// Seconds on the monotonic clock, from an arbitrary origin.
double monotonic_s();
// CPU seconds of the calling thread: the time of single-threaded work without what other threads
// on the same core took from it.
double thread_cpu_s();
// Now, as ISO 8601 in UTC: 2026-11-21T03:23:00Z.
std::string utc_now();

}  // namespace splitbench
