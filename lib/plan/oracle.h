// What would have been best: for each request, and as one choice for all of them.
//
// Every contender is replayed for every request. Pure; thread-safe.
#pragma once

#include <cstddef>
#include <vector>

#include "plan/replay.h"

namespace splitbench {

struct Oracle {
  std::vector<std::size_t> choices;  // the fastest contender of each request, the first of equals
  std::vector<double> least_s;       // what it takes
  std::size_t best_static = 0;       // the contender with the least mean
};

// Requires contenders, and moments in order of time.
Oracle consult_oracle(const std::vector<const Replay*>& contenders, const StepTrace& rate,
                      const std::vector<Moment>& moments);

}  // namespace splitbench
