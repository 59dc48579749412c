#include "device/wrapping_counter.h"

#include <algorithm>

#include "base/spec.h"
#include "device/meter_factory.h"

namespace splitbench {
namespace {

constexpr double kMaxPowerW = 10e3;
constexpr double kShortestS = 0.1;  // readers ask at odd moments, and counters step late

}  // namespace

double WrappingCounter::add(double value, double elapsed_s) {
  const bool turned = value < last_;
  const double joules = value - last_ + (turned ? range_ : 0);
  const double most = kMaxPowerW * std::max(elapsed_s, kShortestS);
  const bool plausible = joules >= 0 && joules <= most && (!turned || range_ > 0);
  if (!plausible) {
    const std::string change =
        ", from " + format_number(last_) + " to " + format_number(value) + " J";
    throw missing("the energy counter of " + name_ +
                  (turned ? " went backwards" + change + ", which is no turn of it at " +
                                format_number(range_) + " J"
                          : " leapt" + change + ", more than any machine draws") +
                  ": it was reset, or the machine slept");
  }
  last_ = value;
  total_ += joules;
  return total_;
}

}  // namespace splitbench
