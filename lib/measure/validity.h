// The verdict on a run: may its times be believed, and if not, why. Pure; thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/run_record.h"
#include "core/statistics.h"

namespace splitbench {

// Everything that the verdict rests on.
struct RunObservations {
  Environment before;
  Environment after;
  std::optional<std::uint64_t> throttle_count_before;  // see throttle_count()
  std::optional<std::uint64_t> throttle_count_after;
  std::string build_type;          // of the program and its library
  std::size_t fewest_samples = 0;  // of any timed item
  bool warm_up_stable = true;      // of every timed item
  LatencySummary end_to_end;       // its scatter shows what else ran; ignored without samples
};

struct Verdict {
  // Invalid, each with its reason: an unoptimised build, throttling during the run, fewer than 5
  // samples of an item, or a median that is not known to within 10 %.
  Validity validity;
  // What may have moved the numbers but does not void them: a governor other than `performance`, a
  // load above 0.5 per CPU at the start, a frequency that changed by more than 10 %, more than
  // 15 degrees of warming or more than 85 degrees at the end, a warm-up that never settled.
  std::vector<std::string> warnings;
};

Verdict judge(const RunObservations& run);

}  // namespace splitbench
