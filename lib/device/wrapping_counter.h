// An energy counter that starts again at zero when it is full, as one that never does.
#pragma once

#include <string>
#include <utility>

namespace splitbench {

class WrappingCounter {
 public:
  // `first` is the counter's value now; it ends at `range`. All in joules; 0 when it never ends.
  WrappingCounter(std::string name, double first, double range)
      : name_(std::move(name)), last_(first), range_(range) {}

  // Joules since the beginning, for the counter's value `elapsed_s` after the last one.
  // A smaller value than the last is taken for a full turn if the energy in between is one that a
  // machine can draw (10 kW); else it went backwards: throws Error{kMissingMeasurement}. A counter
  // must be read more often than it turns: one that turned twice cannot be told from one turn.
  double add(double value, double elapsed_s);

 private:
  std::string name_;
  double last_, range_;
  double total_ = 0;
};

}  // namespace splitbench
