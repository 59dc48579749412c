#include "stop_signals.h"

#include <unistd.h>

#include <atomic>

namespace splitbench {
namespace {

// A handler reaches nothing but what is static.
std::atomic<bool> stop_requested{false};
static_assert(std::atomic<bool>::is_always_lock_free, "a handler must not wait for a lock");

void request_stop(int) {
  stop_requested = true;
  constexpr char kNote[] = "\nfinishing what is in flight; once more stops at once\n";
  if (write(STDERR_FILENO, kNote, sizeof kNote - 1) < 0) return;  // nobody listens: stop anyway
}

}  // namespace

StopSignals::StopSignals() {
  stop_requested = false;
  struct sigaction action {};
  action.sa_handler = request_stop;
  // Not to be bothered twice, nor to have writes cut short.
  action.sa_flags = static_cast<int>(SA_RESETHAND) | SA_RESTART;
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, &interrupt_before_);
  sigaction(SIGTERM, &action, &terminate_before_);
}

StopSignals::~StopSignals() {
  sigaction(SIGINT, &interrupt_before_, nullptr);
  sigaction(SIGTERM, &terminate_before_, nullptr);
}

bool StopSignals::requested() const { return stop_requested; }

}  // namespace splitbench
