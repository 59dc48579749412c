#include "measure/clock.h"

#include <chrono>
#include <thread>

#include "base/clock.h"

namespace splitbench {

double SteadyClock::now_s() { return monotonic_s(); }

void SteadyClock::sleep_s(double seconds) {
  if (seconds > 0) std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
}

}  // namespace splitbench
