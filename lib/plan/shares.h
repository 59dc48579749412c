// Shares of one server's time, and of one link's rate, for several users at once: the model, and
// the best shares once every user has chosen.
//
// Each user is guaranteed a share p of the server (generalised processor sharing: Parekh and
// Gallager, IEEE/ACM Transactions on Networking 1(3), 1993), taken as a queue of its own with a
// server of that fraction of the speed (M/M/1). A request of s seconds of service, a of which
// arrive each second, then takes
//
//   server   s / (p - a s)        p > a s; s / p when requests are rare (a = 0)
//   link     b / (q - a b)        the same of a link that is shared: b seconds of sending at its
//                                 whole rate, a share q of it
//   latency  f + server + link    f: everything that is not shared
//
// Shares that others leave idle are not counted on, so a work-conserving server does better. Shares
// add up to at most the capacities C (1 less the server's load by strangers) and V.
//
// With u = p - a s, v = q - a b, weights w and deadlines D (A = D - f is what is left of one), the
// best shares of a choice minimise sum w (f + s / u + b / v) over sum u = C - sum a s,
// sum v = V - sum a b, and s / u + b / v <= A: convex. At prices m of the server and n of the link,
// with t = sqrt(s m) + sqrt(b n) and k = max(sqrt(w), t / A), each user alone takes
//
//   u = k sqrt(s / m)    v = k sqrt(b / n)    at a cost w (f + t / k) + k t, with u and v's price
//
// (Karush-Kuhn-Tucker; t / k is the time that is bought), and the best prices use up the
// capacities. Without deadlines or shared link p = a s + (C - sum a s) sqrt(w s) / sum sqrt(w s).
// Deadlines can be kept exactly when sum s / A and sum b / A leave room S and L in the capacities
// with S L > (sum sqrt(s b) / A)^2. Pure functions; thread-safe.
#pragma once

#include <cstddef>
#include <limits>
#include <vector>

namespace splitbench {

// What one option of a user takes: seconds of its own, of the whole server, of the whole link.
struct ShareDemand {
  double fixed_s = 0, server_s = 0, link_s = 0;  // >= 0
};

struct ShareUser {
  double weight = 1;       // of its latency in the cost, > 0
  double arrivals_hz = 0;  // requests a second
  double deadline_s = std::numeric_limits<double>::infinity();
  std::vector<ShareDemand> options;
};

struct ShareProblem {
  std::vector<ShareUser> users;
  double server = 1, link = 1;  // capacities, above 0
};

struct Share {
  double server = 0, link = 0;  // of the whole; 0 of what the option does not use
};

// An option of each user by number, with the shares that are best for it.
struct Allotment {
  std::vector<std::size_t> choice;
  std::vector<Share> shares;                              // empty when it is impossible
  double cost = std::numeric_limits<double>::infinity();  // weighted sum of latencies, seconds
  // 0 when all deadlines can be kept; else larger the further from it, for a search to go by.
  double violation = 0;

  bool possible() const { return violation == 0; }
  // Closer to possible, or both possible and cheaper.
  bool better_than(const Allotment& other) const {
    return violation != other.violation ? violation < other.violation : cost < other.cost;
  }
};

// Time at server and link together with that share. Requires a share above what arrives.
double shared_time_s(const ShareUser& user, const ShareDemand& demand, const Share& share);

// What is left of the deadline for both, a billionth of it included against rounding: a deadline
// may be reached.
double allowance_s(const ShareUser& user, const ShareDemand& demand);

// Requires a choice of options with an allowance above 0, or that use nothing shared.
Allotment allot(const ShareProblem& problem, std::vector<std::size_t> choice);

}  // namespace splitbench
