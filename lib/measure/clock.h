// Time as the metering code sees it: a clock to look at and to sleep by, another one in tests.
#pragma once

namespace splitbench {

class Clock {
 public:
  virtual ~Clock() = default;
  virtual double now_s() = 0;  // monotonic
  virtual void sleep_s(double seconds) = 0;
};

// The machine's own.
class SteadyClock : public Clock {
 public:
  double now_s() override;
  void sleep_s(double seconds) override;
};

}  // namespace splitbench
