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
  double joules = value - last_;
  if (joules < 0) {
    joules += range_;
    const double most = kMaxPowerW * std::max(elapsed_s, kShortestS);
    if (range_ <= 0 || joules < 0 || joules > most) {
      throw missing("the energy counter of " + name_ + " went backwards, from " +
                    format_number(last_) + " to " + format_number(value) +
                    " J, which is no turn of it at " + format_number(range_) +
                    " J: it was reset, or the machine slept");
    }
  }
  last_ = value;
  total_ += joules;
  return total_;
}

}  // namespace splitbench
