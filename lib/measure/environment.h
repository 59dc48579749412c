// What the machine tells about itself: read from /proc, /sys and uname, never guessed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/run_record.h"

namespace splitbench {

// The machine as it is now. Files are looked up under `root`, so that tests can use a tree of their
// own; what is missing or unreadable stays unset. Throws nothing; thread-safe.
Environment probe_environment(const std::string& root = "/");

// Thermal throttling events since boot, summed over all CPUs; unset where the kernel does not count
// them (only x86 does). The difference over a run tells whether it was throttled.
std::optional<std::uint64_t> throttle_count(const std::string& root = "/");

}  // namespace splitbench
