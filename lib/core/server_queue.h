// How long a server's stages take when others use it too.
//
// Everything follows from one number, the waiting factor w: a stage of s seconds of service takes
// s * (1 + w). With load r, the share of the server's time that others take,
//
//   M/M/1       w = r / (1 - r)                       Poisson arrivals, exponential service
//   M/G/1       w = r / (1 - r) * (1 + cv^2) / 2      Pollaczek-Khinchine; cv is the coefficient of
//                                                     variation of the service times (0: M/D/1)
//   multiplier  w = r                                 r others of our size beside us, who share the
//                                                     processor; any r >= 0
//
// In M/M/1 and M/G/1 the others' jobs take as long as ours in the mean. Source: any textbook, e.g.
// Kleinrock, Queueing Systems I, 1975, sections 3.2 and 5.6. Pure functions; thread-safe.
#pragma once

#include <string>

namespace splitbench {

enum class QueueKind { kMm1, kMg1, kMultiplier };

struct ServerQueue {
  QueueKind kind = QueueKind::kMm1;
  double service_cv = 1;  // of kMg1; 1 gives M/M/1
};

// `mm1`, `md1`, `mg1:cv=0.5` or `multiplier`; throws Error{kBadInput} for anything else.
ServerQueue parse_queue(const std::string& text);
// The text that parse_queue() takes.
std::string queue_text(const ServerQueue& queue);

// Throws Error{kBadInput} naming the value when it is no load of that queue: 1 or more (the queue
// would grow for ever), negative, or not a number.
void check_load(const ServerQueue& queue, double load);

// Requires a load that check_load() takes.
double waiting_factor(const ServerQueue& queue, double load);
// The load at which the factor is `w`, >= 0.
double load_of_waiting(const ServerQueue& queue, double w);

}  // namespace splitbench
