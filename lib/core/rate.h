// Rate control: the choice of a codec's setting by what it should achieve.
//
// Every codec with a rate axis takes, in place of that option, one of
//   target-loss=L     the fewest bytes at an accuracy loss of at most L (0.01 is one point)
//   target-bytes=N    the best fidelity at a mean payload of at most N bytes
// The setting is found by bisection on calibration images (pipeline/rate_control.h), one for each
// split, and then measured on others. Pure values and functions; thread-safe.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "core/options.h"

namespace splitbench {

// How an option moves the rate: from `coarsest` (fewest bytes) to `finest`, either of which may be
// the larger number. Reals are stepped through in equal ratios, integers in ones.
struct RateAxis {
  std::string option;
  double coarsest = 0;
  double finest = 0;
};

enum class RateGoal { kLoss, kBytes };

struct RateTarget {
  RateGoal goal = RateGoal::kLoss;
  double value = 0;
};

// "target-loss" or "target-bytes".
const char* rate_goal_option(RateGoal goal);

// The values of the axis in order, coarsest first, as a spec writes them.
std::vector<std::string> rate_values(const RateAxis& axis, OptionType type);

}  // namespace splitbench
