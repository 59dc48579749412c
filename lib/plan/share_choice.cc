#include "plan/share_choice.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <tuple>
#include <utility>

#include "plan/share_prices.h"

namespace splitbench {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNever = 1e12;      // seconds: a cost beyond it is none
constexpr double kRounding = 1e-12;  // differences of costs below this share of them are none

bool possible_alone(const ShareProblem& problem, const ShareUser& user, const ShareDemand& demand) {
  if (demand.server_s + demand.link_s == 0) return user.deadline_s >= demand.fixed_s;
  if (!(allowance_s(user, demand) > 0)) return false;
  ShareProblem alone = {{user}, problem.server, problem.link};
  alone.users.front().options = {demand};
  return allot(alone, {0}).possible();
}

bool undercuts(const ShareDemand& a, const ShareDemand& b) {
  return a.fixed_s <= b.fixed_s && a.server_s <= b.server_s && a.link_s <= b.link_s;
}

// Step 1. Numbers of the options that are left, cheapest in fixed time first.
std::vector<std::size_t> useful_options(const ShareProblem& problem, const ShareUser& user) {
  std::vector<std::size_t> order(user.options.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto key = [&](std::size_t k) {
    const ShareDemand& demand = user.options[k];
    return std::make_tuple(demand.fixed_s, demand.server_s, demand.link_s, k);
  };
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return key(a) < key(b); });
  std::vector<std::size_t> kept;
  for (const std::size_t k : order) {
    const ShareDemand& demand = user.options[k];
    const bool beaten = std::any_of(kept.begin(), kept.end(), [&](std::size_t other) {
      return undercuts(user.options[other], demand);
    });
    if (!beaten && possible_alone(problem, user, demand)) kept.push_back(k);
  }
  return kept;
}

// Step 3, over the options that `excess` and the gap leave in the running.
void respond(const ShareProblem& problem, const PricedShares& priced, Allotment& best) {
  bool changed = true;
  constexpr int kMostRounds = 100;
  for (int round = 0; changed && round < kMostRounds; ++round) {
    changed = false;
    for (std::size_t i = 0; i < problem.users.size(); ++i) {
      for (std::size_t k = 0; k < problem.users[i].options.size(); ++k) {
        const double gap = best.possible() ? best.cost - priced.bound : kInfinity;
        if (k == best.choice[i] || priced.excess[i][k] > gap) continue;
        std::vector<std::size_t> choice = best.choice;
        choice[i] = k;
        Allotment found = allot(problem, std::move(choice));
        if (found.possible() && best.possible() && !(found.cost < best.cost * (1 - kRounding))) {
          continue;
        }
        if (!found.better_than(best)) continue;
        best = std::move(found);
        changed = true;
      }
    }
  }
}

// Step 4.
class Enumeration {
 public:
  Enumeration(const ShareProblem& problem, const PricedShares& priced, std::size_t most_work,
              Allotment& best)
      : problem_(problem), priced_(priced), left_(most_work), best_(best) {
    for (const std::vector<double>& excess : priced.excess) {
      std::vector<std::size_t> order(excess.size());
      std::iota(order.begin(), order.end(), std::size_t{0});
      std::sort(order.begin(), order.end(),
                [&](std::size_t a, std::size_t b) { return excess[a] < excess[b]; });
      order_.push_back(std::move(order));
    }
    choice_.resize(problem.users.size());
  }

  // True when every choice that could be better was tried.
  bool run() { return descend(0, 0); }
  std::size_t tried() const { return tried_; }

 private:
  bool descend(std::size_t user, double excess) {
    if (user == choice_.size()) return try_choice();
    for (const std::size_t k : order_[user]) {
      const double sum = excess + priced_.excess[user][k];
      if (best_.possible() && priced_.bound + sum >= best_.cost * (1 - kRounding)) break;
      if (left_ == 0) return false;
      --left_;
      choice_[user] = k;
      if (!descend(user + 1, sum)) return false;
    }
    return true;
  }

  bool try_choice() {
    left_ -= std::min(left_, 8 * choice_.size());  // an allotment's passes over the users
    ++tried_;
    Allotment found = allot(problem_, choice_);
    if (found.better_than(best_)) best_ = std::move(found);
    return true;
  }

  const ShareProblem& problem_;
  const PricedShares& priced_;
  std::size_t left_;
  Allotment& best_;
  std::vector<std::vector<std::size_t>> order_;  // of each user's options, least excess first
  std::vector<std::size_t> choice_;
  std::size_t tried_ = 0;
};

// Each user as frugal as it can be: where a search for anything possible starts.
Allotment frugal(const ShareProblem& problem) {
  std::vector<std::size_t> choice;
  for (const ShareUser& user : problem.users) {
    const auto need = [&](const ShareDemand& demand) {
      const double sum = demand.server_s / problem.server + demand.link_s / problem.link;
      return sum == 0 ? 0 : sum / allowance_s(user, demand) + user.arrivals_hz * sum;
    };
    const auto least = std::min_element(
        user.options.begin(), user.options.end(),
        [&](const ShareDemand& a, const ShareDemand& b) { return need(a) < need(b); });
    choice.push_back(static_cast<std::size_t>(least - user.options.begin()));
  }
  return allot(problem, std::move(choice));
}

bool uses_link(const ShareProblem& problem) {
  return std::any_of(problem.users.begin(), problem.users.end(), [](const ShareUser& user) {
    return std::any_of(user.options.begin(), user.options.end(),
                       [](const ShareDemand& demand) { return demand.link_s > 0; });
  });
}

ShareChoice search(const ShareProblem& problem, const ShareChoiceSettings& settings) {
  ShareChoice result;
  PricedShares priced = price_shares(problem);
  result.bound = priced.bound;
  result.best = std::move(priced.best);
  Allotment other = frugal(problem);
  if (other.better_than(result.best)) result.best = std::move(other);
  respond(problem, priced, result.best);
  result.responded = result.best.cost;
  Enumeration enumeration(problem, priced, settings.most_work, result.best);
  result.exact = enumeration.run();
  result.tried = enumeration.tried();
  // With nothing but the server shared, there is nothing more frugal than the most frugal. With a
  // link as well, a dual without end says that nothing is possible.
  if (!result.best.possible() && (!uses_link(problem) || result.bound > kNever)) {
    result.exact = true;
  }
  if (result.exact) result.bound = result.best.cost;
  return result;
}

}  // namespace

ShareChoice choose_shares(const ShareProblem& problem, const ShareChoiceSettings& settings) {
  ShareProblem useful = problem;
  std::vector<std::vector<std::size_t>> numbers;
  std::vector<std::size_t> hopeless;
  for (std::size_t i = 0; i < problem.users.size(); ++i) {
    numbers.push_back(useful_options(problem, problem.users[i]));
    std::vector<ShareDemand>& options = useful.users[i].options;
    options.clear();
    for (const std::size_t k : numbers[i]) options.push_back(problem.users[i].options[k]);
    if (options.empty()) hopeless.push_back(i);
  }
  if (!hopeless.empty()) {
    ShareChoice none;
    none.bound = none.responded = kInfinity;
    none.exact = true;
    none.best.violation = kInfinity;
    none.hopeless = std::move(hopeless);
    return none;
  }
  ShareChoice result = search(useful, settings);
  for (std::size_t i = 0; i < result.best.choice.size(); ++i) {
    result.best.choice[i] = numbers[i][result.best.choice[i]];
  }
  return result;
}

}  // namespace splitbench
