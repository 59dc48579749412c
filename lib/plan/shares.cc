#include "plan/shares.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace splitbench {
namespace {

constexpr double kReached = 1e-9;  // a deadline counts as kept within this share of it

// One user's part of the problem at one resource: the room it takes is
// max(pull * x, (seconds + cross * r * x) / allowance), with x = 1 / sqrt(price here) and
// r = sqrt(price of the other resource).
struct Pull {
  double seconds = 0;
  double pull = 0;   // sqrt(weight * seconds)
  double cross = 0;  // sqrt(seconds here * seconds at the other)
  double allowance = 0;
};

double room(const Pull& user, double x, double r) {
  return std::max(user.pull * x, (user.seconds + user.cross * r * x) / user.allowance);
}

double total_room(const std::vector<Pull>& users, double x, double r) {
  double sum = 0;
  for (const Pull& user : users) sum += room(user, x, r);
  return sum;
}

// The x at which the users take `capacity` together. The sum is convex, rising and piecewise linear
// in x, so Newton's method from above ends at the root. Requires that it is below it at x = 0.
double x_of_capacity(const std::vector<Pull>& users, double capacity, double r) {
  double pulls = 0;
  for (const Pull& user : users) pulls += user.pull;
  double x = capacity / pulls;
  constexpr int kMostSteps = 100;
  for (int i = 0; i < kMostSteps; ++i) {
    double sum = 0;
    double slope = 0;
    for (const Pull& user : users) {
      const double free = user.pull * x;
      const double bound = (user.seconds + user.cross * r * x) / user.allowance;
      sum += std::max(free, bound);
      slope += free >= bound ? user.pull : user.cross * r / user.allowance;
    }
    const double step = (sum - capacity) / slope;
    if (!(step > 1e-15 * x)) break;
    x -= step;
  }
  return x;
}

// Both resources as seen by the users of a choice.
struct Market {
  std::vector<Pull> server, link;
  double server_room = 0, link_room = 0;  // capacity without what arrivals take
};

Market market_of(const ShareProblem& problem, const std::vector<std::size_t>& choice) {
  Market market;
  market.server_room = problem.server;
  market.link_room = problem.link;
  for (std::size_t i = 0; i < choice.size(); ++i) {
    const ShareUser& user = problem.users[i];
    const ShareDemand& demand = user.options[choice[i]];
    const double allowance = allowance_s(user, demand);
    const double cross = std::sqrt(demand.server_s * demand.link_s);
    const auto pull = [&](double seconds) {
      return Pull{seconds, std::sqrt(user.weight * seconds), cross, allowance};
    };
    if (demand.server_s > 0) market.server.push_back(pull(demand.server_s));
    if (demand.link_s > 0) market.link.push_back(pull(demand.link_s));
    market.server_room -= user.arrivals_hz * demand.server_s;
    market.link_room -= user.arrivals_hz * demand.link_s;
  }
  return market;
}

// 0 when the deadlines can be kept: see the header.
double violation_of(const ShareProblem& problem, const Market& market) {
  double server = market.server_room;
  double link = market.link_room;
  double cross = 0;
  for (const Pull& user : market.server) {
    server -= user.seconds / user.allowance;
    cross += user.cross / user.allowance;
  }
  for (const Pull& user : market.link) link -= user.seconds / user.allowance;
  const bool server_full = !market.server.empty() && !(server > 0);
  const bool link_full = !market.link.empty() && !(link > 0);
  if (server_full || link_full) {
    return 1 + (server_full ? 1 - server / problem.server : 0) +
           (link_full ? 1 - link / problem.link : 0);
  }
  const double missing = (cross * cross - server * link) / (problem.server * problem.link);
  return cross > 0 && !(missing < 0) ? std::min(missing, 1.0) + 1e-15 : 0;
}

// sqrt(price) of the link at which its room is used up while the server's is; on the dear side, so
// that shares fit.
double link_root(const Market& market) {
  if (market.link.empty()) return 0;
  const auto server_root = [&](double r) {
    return market.server.empty() ? 0 : 1 / x_of_capacity(market.server, market.server_room, r);
  };
  const auto taken = [&](double r) { return total_room(market.link, 1 / r, server_root(r)); };
  double low = 0;
  for (const Pull& user : market.link) low += user.pull;
  low /= market.link_room;
  double high = 2 * low;
  constexpr int kMostDoublings = 200;
  for (int i = 0; i < kMostDoublings && taken(high) > market.link_room; ++i) {
    low = high;
    high *= 2;
  }
  constexpr int kBisections = 60;
  for (int i = 0; i < kBisections; ++i) {
    const double middle = (low + high) / 2;
    (taken(middle) > market.link_room ? low : high) = middle;
  }
  return high;
}

}  // namespace

double shared_time_s(const ShareUser& user, const ShareDemand& demand, const Share& share) {
  double time = 0;
  if (demand.server_s > 0) {
    time += demand.server_s / (share.server - user.arrivals_hz * demand.server_s);
  }
  if (demand.link_s > 0) time += demand.link_s / (share.link - user.arrivals_hz * demand.link_s);
  return time;
}

double allowance_s(const ShareUser& user, const ShareDemand& demand) {
  return user.deadline_s * (1 + kReached) - demand.fixed_s;
}

Allotment allot(const ShareProblem& problem, std::vector<std::size_t> choice) {
  Allotment result;
  result.choice = std::move(choice);
  const Market market = market_of(problem, result.choice);
  result.violation = violation_of(problem, market);
  if (!result.possible()) return result;
  const double r = link_root(market);
  const double x = market.server.empty() ? 0 : x_of_capacity(market.server, market.server_room, r);
  const double y = r > 0 ? 1 / r : 0;
  const double m = x > 0 ? 1 / x : 0;
  // What rounding left over goes to all alike.
  const double more_server =
      market.server.empty() ? 0 : market.server_room / total_room(market.server, x, r);
  const double more_link =
      market.link.empty() ? 0 : market.link_room / total_room(market.link, y, m);
  result.cost = 0;
  std::size_t server = 0;
  std::size_t link = 0;
  for (std::size_t i = 0; i < problem.users.size(); ++i) {
    const ShareUser& user = problem.users[i];
    const ShareDemand& demand = user.options[result.choice[i]];
    Share share;
    if (demand.server_s > 0) {
      share.server =
          user.arrivals_hz * demand.server_s + more_server * room(market.server[server++], x, r);
    }
    if (demand.link_s > 0) {
      share.link = user.arrivals_hz * demand.link_s + more_link * room(market.link[link++], y, m);
    }
    result.cost += user.weight * (demand.fixed_s + shared_time_s(user, demand, share));
    result.shares.push_back(share);
  }
  return result;
}

}  // namespace splitbench
