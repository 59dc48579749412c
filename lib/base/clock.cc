#include "base/clock.h"

#include <ctime>

namespace splitbench {
namespace {

double read_clock_s(clockid_t id) {
  timespec now{};
  clock_gettime(id, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

}  // namespace

double monotonic_s() { return read_clock_s(CLOCK_MONOTONIC); }

double thread_cpu_s() { return read_clock_s(CLOCK_THREAD_CPUTIME_ID); }

std::string utc_now() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  char text[sizeof "2026-11-21T03:23:00Z"];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text;
}

}  // namespace splitbench
