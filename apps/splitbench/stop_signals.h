// SIGINT and SIGTERM as a request to stop at the next good moment, instead of at once.
#pragma once

#include <csignal>

namespace splitbench {

// Takes over both signals as long as it lives; one object at a time. A second signal ends the
// process as if nobody had.
class StopSignals {
 public:
  StopSignals();
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

  // Whether one has come. Thread-safe.
  bool requested() const;

 private:
  struct sigaction interrupt_before_ {};
  struct sigaction terminate_before_ {};
};

}  // namespace splitbench
