// The timing loop: warm up until times settle, then time all items in rounds of random order.
//
// Interleaving spreads slow drifts (clock frequency, temperature, other load) evenly over the items
// instead of giving them to whichever item was measured last. Knows no framework and reads no
// clock: an item times itself. Runs in the calling thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

namespace splitbench {

struct TimedItem {
  // Runs the work once and returns its seconds. Work of a few microseconds should repeat itself
  // inside and return the mean, for every item runs equally often.
  std::function<double()> time_once;
};

struct MeasureSettings {
  int min_repetitions = 30;    // samples of each item, at least
  int max_repetitions = 1000;  // and at most, even when min_time_s is not reached
  double min_time_s = 0.5;     // measured seconds of the slowest item, at least
  double warm_up_max_s = 1;    // measured seconds of each item that warming up may take
  std::uint64_t seed = 0;      // of the order within the rounds
};

struct MeasuredItem {
  std::vector<double> samples_s;  // in order of measurement
  // The median of the last 5 warm-up runs was within 5 % of that of the 5 before.
  bool warm_up_stable = false;
  int warm_up_runs = 0;
};

// Rounds finished and rounds expected in all, as far as the times so far tell.
using RoundProgress = std::function<void(std::size_t done, std::size_t expected)>;

// One result per item, in the order of `items`. `progress` may be empty.
// Throws what an item throws, and Error{kBadInput} for settings that cannot be met.
std::vector<MeasuredItem> measure_interleaved(const std::vector<TimedItem>& items,
                                              const MeasureSettings& settings,
                                              const RoundProgress& progress = {});

}  // namespace splitbench
