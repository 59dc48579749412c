#include "plan/share_choice.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/rng.h"
#include "plan/share_prices.h"

namespace splitbench {
namespace {

// Users with a few options each that trade own time for time at the server and on the link.
ShareProblem random_problem(Rng& rng, std::size_t users, std::size_t options, bool link) {
  ShareProblem problem;
  problem.server = 0.3 + 0.7 * rng.uniform();
  for (std::size_t i = 0; i < users; ++i) {
    ShareUser user;
    user.weight = 0.2 + 3 * rng.uniform();
    if (rng.uniform() < 0.5) user.arrivals_hz = 2 * rng.uniform();
    if (rng.uniform() < 0.6) user.deadline_s = 0.2 + 1.5 * rng.uniform();
    for (std::size_t k = 0; k < options; ++k) {
      ShareDemand demand = {0.5 * rng.uniform(), 0.1 * rng.uniform(), 0};
      if (link) demand.link_s = 0.1 * rng.uniform();
      if (rng.uniform() < 0.2) demand = {0.3 + rng.uniform(), 0, 0};
      user.options.push_back(demand);
    }
    problem.users.push_back(user);
  }
  return problem;
}

// Every combination, one after the other.
Allotment brute_force(const ShareProblem& problem) {
  Allotment best;
  best.violation = std::numeric_limits<double>::infinity();
  std::vector<std::size_t> choice(problem.users.size(), 0);
  while (true) {
    bool sensible = true;
    for (std::size_t i = 0; i < choice.size(); ++i) {
      const ShareUser& user = problem.users[i];
      const ShareDemand& demand = user.options[choice[i]];
      sensible =
          sensible && (demand.server_s + demand.link_s > 0 ? allowance_s(user, demand) > 0
                                                           : user.deadline_s >= demand.fixed_s);
    }
    if (sensible) {
      Allotment found = allot(problem, choice);
      if (found.better_than(best)) best = found;
    }
    std::size_t i = 0;
    while (i < choice.size() && ++choice[i] == problem.users[i].options.size()) choice[i++] = 0;
    if (i == choice.size()) return best;
  }
}

double sum_of(const Allotment& allotment, double Share::*part) {
  double sum = 0;
  for (const Share& share : allotment.shares) sum += share.*part;
  return sum;
}

// Moves a little share from one user to another in every way; nothing may become cheaper.
void expect_no_better_shares(const ShareProblem& problem, const Allotment& best, Rng& rng) {
  for (int i = 0; i < 200; ++i) {
    const std::size_t from = rng.below(problem.users.size());
    const std::size_t to = rng.below(problem.users.size());
    std::vector<Share> shares = best.shares;
    const bool server = rng.uniform() < 0.5;
    double Share::*const part = server ? &Share::server : &Share::link;
    const auto uses = [&](std::size_t k) {
      const ShareDemand& demand = problem.users[k].options[best.choice[k]];
      return (server ? demand.server_s : demand.link_s) > 0;
    };
    if (from == to || !uses(from) || !uses(to)) continue;
    const double moved = shares[from].*part * 0.01 * rng.uniform();
    shares[from].*part -= moved;
    shares[to].*part += moved;
    double cost = 0;
    bool possible = true;
    for (std::size_t k = 0; k < shares.size(); ++k) {
      const ShareUser& user = problem.users[k];
      const ShareDemand& demand = user.options[best.choice[k]];
      const double time = shared_time_s(user, demand, shares[k]);
      possible = possible && time > 0 && time <= allowance_s(user, demand);
      cost += user.weight * (demand.fixed_s + time);
    }
    if (possible) {
      EXPECT_GE(cost, best.cost * (1 - 1e-9));
    }
  }
}

TEST(Shares, AreTheClosedFormWithoutDeadlines) {
  ShareProblem problem;
  problem.server = 0.8;
  problem.users = {{1, 2, std::numeric_limits<double>::infinity(), {{0.1, 0.04, 0}}},
                   {4, 0, std::numeric_limits<double>::infinity(), {{0.2, 0.01, 0}}}};
  const Allotment found = allot(problem, {0, 0});
  ASSERT_TRUE(found.possible());
  // sqrt(w s) is 0.2 for both, and 0.08 of the server are taken by arrivals.
  EXPECT_NEAR(found.shares[0].server, 0.08 + 0.36, 1e-12);
  EXPECT_NEAR(found.shares[1].server, 0.36, 1e-12);
  EXPECT_NEAR(found.cost, 0.1 + 0.04 / 0.36 + 4 * (0.2 + 0.01 / 0.36), 1e-12);
}

TEST(Shares, KeepDeadlinesAndUseEverything) {
  Rng rng(3);
  int possible = 0;
  for (int i = 0; i < 300; ++i) {
    const ShareProblem problem = random_problem(rng, 4, 1, i % 2 == 1);
    if (std::any_of(problem.users.begin(), problem.users.end(), [](const ShareUser& user) {
          return allowance_s(user, user.options[0]) <= 0;
        })) {
      continue;
    }
    const Allotment found = allot(problem, {0, 0, 0, 0});
    if (!found.possible()) continue;
    ++possible;
    for (std::size_t k = 0; k < 4; ++k) {
      const ShareUser& user = problem.users[k];
      EXPECT_LE(shared_time_s(user, user.options[0], found.shares[k]),
                allowance_s(user, user.options[0]) * (1 + 1e-9));
    }
    EXPECT_LE(sum_of(found, &Share::server), problem.server * (1 + 1e-12));
    EXPECT_LE(sum_of(found, &Share::link), 1 + 1e-12);
    expect_no_better_shares(problem, found, rng);
  }
  EXPECT_GT(possible, 80);
}

// The condition for deadlines in the header, against a search over all shares.
TEST(Shares, AreImpossibleOnlyWhenNoSharesKeepTheDeadlines) {
  Rng rng(4);
  int impossible = 0;
  for (int i = 0; i < 300; ++i) {
    ShareProblem problem;
    for (int k = 0; k < 2; ++k) {
      problem.users.push_back(
          {1, rng.uniform(), 1, {{0, 0.05 + 0.25 * rng.uniform(), 0.05 + 0.25 * rng.uniform()}}});
    }
    const Allotment found = allot(problem, {0, 0});
    impossible += found.possible() ? 0 : 1;
    bool seen = false;
    constexpr int kSteps = 200;
    for (int a = 1; a < kSteps && !seen; ++a) {
      for (int b = 1; b < kSteps && !seen; ++b) {
        const Share first = {a / double{kSteps}, b / double{kSteps}};
        const Share second = {1 - first.server, 1 - first.link};
        const auto kept = [&](std::size_t k, const Share& share) {
          const ShareUser& user = problem.users[k];
          const ShareDemand& demand = user.options[0];
          return share.server > user.arrivals_hz * demand.server_s &&
                 share.link > user.arrivals_hz * demand.link_s &&
                 shared_time_s(user, demand, share) <= 1;
        };
        seen = kept(0, first) && kept(1, second);
      }
    }
    if (seen) {
      EXPECT_TRUE(found.possible()) << i;
    }
    if (found.possible()) {
      const ShareUser& user = problem.users[0];
      EXPECT_LE(shared_time_s(user, user.options[0], found.shares[0]), 1 + 1e-8);
    }
  }
  EXPECT_GT(impossible, 20);
  EXPECT_LT(impossible, 280);
}

TEST(ShareChoice, IsWhatBruteForceFinds) {
  Rng rng(5);
  int impossible = 0;
  for (int i = 0; i < 400; ++i) {
    const ShareProblem problem =
        random_problem(rng, 1 + rng.below(4), 1 + rng.below(5), i % 2 == 1);
    const ShareChoice found = choose_shares(problem);
    const Allotment best = brute_force(problem);
    EXPECT_TRUE(found.exact);
    ASSERT_EQ(found.best.possible(), best.possible()) << i;
    if (!best.possible()) {
      ++impossible;
      EXPECT_EQ(found.bound, std::numeric_limits<double>::infinity());
      continue;
    }
    EXPECT_NEAR(found.best.cost, best.cost, 1e-9 * best.cost) << i;
    EXPECT_GE(found.responded, best.cost * (1 - 1e-9));
  }
  EXPECT_GT(impossible, 5);
  EXPECT_LT(impossible, 300);
}

TEST(ShareChoice, BoundsHoldWithoutEnumeration) {
  Rng rng(6);
  ShareChoiceSettings settings;
  settings.most_work = 0;
  double worst = 0;
  for (int i = 0; i < 300; ++i) {
    const ShareProblem problem = random_problem(rng, 2 + rng.below(4), 5, i % 2 == 1);
    const ShareChoice quick = choose_shares(problem, settings);
    const ShareChoice exact = choose_shares(problem);
    ASSERT_TRUE(exact.exact);
    if (!exact.best.possible()) continue;
    EXPECT_LE(quick.bound, exact.best.cost * (1 + 1e-9));
    if (!quick.best.possible()) continue;
    EXPECT_GE(quick.best.cost, exact.best.cost * (1 - 1e-9));
    worst = std::max(worst, quick.best.cost / exact.best.cost - 1);
  }
  EXPECT_LT(worst, 0.2);
}

TEST(ShareChoice, ManyUsersAreNextToOptimal) {
  Rng rng(7);
  ShareProblem problem = random_problem(rng, 200, 12, true);
  for (ShareUser& user : problem.users) {
    user.arrivals_hz = 0;
    user.deadline_s *= 200;
  }
  const ShareChoice found = choose_shares(problem);
  ASSERT_TRUE(found.best.possible());
  EXPECT_LE(found.best.cost, 1.01 * found.bound);
  EXPECT_GE(found.best.cost, found.bound * (1 - 1e-12));
}

TEST(ShareChoice, NamesUsersThatCannotBeServedAlone) {
  ShareProblem problem;
  problem.users = {{1, 0, 1, {{0.5, 0.1, 0}}}, {1, 0, 1, {{2, 0, 0}, {0.9, 0.2, 0}}}};
  const ShareChoice found = choose_shares(problem);
  EXPECT_FALSE(found.best.possible());
  EXPECT_EQ(found.hopeless, std::vector<std::size_t>{1});
}

TEST(ShareChoice, ReachingADeadlineIsAllowed) {
  ShareProblem problem;
  problem.users = {{1, 0, 0.3, {{0.1, 0.2, 0}}}};
  EXPECT_TRUE(choose_shares(problem).best.possible());
  problem.users[0].deadline_s = 0.2999;
  EXPECT_FALSE(choose_shares(problem).best.possible());
}

}  // namespace
}  // namespace splitbench
