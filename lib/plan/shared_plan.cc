#include "plan/shared_plan.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "base/error.h"
#include "base/spec.h"
#include "base/units.h"
#include "plan/candidates.h"
#include "plan/constraints.h"
#include "plan/planner.h"

namespace splitbench {
namespace {

constexpr double kLeastWeight = 1e-6, kMostWeight = 1e6;  // beyond, sums forget the smaller
constexpr double kMostArrivals = 1e6;

void check_users(const SharedPlanRequest& request) {
  if (request.users.empty()) throw bad_input("a plan for several users has no users");
  check_load(ServerQueue{}, request.server_load);
  std::set<std::string> names;
  for (const UserRequest& user : request.users) {
    if (user.name.empty()) throw bad_input("a user has no name");
    if (!names.insert(user.name).second) {
      throw bad_input("two users are called '" + user.name + "'; give each a name of its own");
    }
    const std::string who = "user '" + user.name + "': ";
    if (!(user.weight >= kLeastWeight && user.weight <= kMostWeight)) {
      throw bad_input(who + "the weight is " + format_number(user.weight) +
                      "; it must be 1e-6 to 1e6");
    }
    if (!(user.arrivals_hz >= 0 && user.arrivals_hz <= kMostArrivals)) {
      throw bad_input(who + "the arrival rate is " + format_number(user.arrivals_hz) +
                      " requests a second; it must be 0 to 1e6");
    }
    if (user.constraints.max_energy_j) {
      throw bad_input(who + "a bound on energy cannot be kept with shares that are to be found");
    }
  }
}

// The question of one user with the whole server, and without a deadline.
PlanRequest question_of(const UserRequest& user) {
  PlanRequest question;
  question.device = *user.device;
  question.server = *user.server;
  question.cells = *user.cells;
  question.link = user.link;
  question.constraints = user.constraints;
  question.constraints.max_latency_s.reset();
  question.device_scale = user.device_scale;
  question.server_scale = user.server_scale;
  return question;
}

// One user with what it may choose.
struct Player {
  std::vector<Candidate> candidates;  // those that can be estimated and keep the bounds
  ShareUser user;
};

ShareDemand demand_of(const Estimate& estimate, const UserRequest& user) {
  ShareDemand demand;
  demand.server_s = estimate.server_s + estimate.decode_s;
  if (user.shares_link) demand.link_s = std::max(estimate.uplink_s - user.link.rtt_s / 2, 0.0);
  demand.fixed_s = std::max(estimate.latency_s - demand.server_s - demand.link_s, 0.0);
  return demand;
}

Player player_of(const UserRequest& user) {
  const PlanRequest question = question_of(user);
  check_request(question);
  bounds_of(user.constraints);  // the deadline too
  const std::vector<Bound> bounds = bounds_of(question.constraints);
  Player player;
  player.user.weight = user.weight;
  player.user.arrivals_hz = user.arrivals_hz;
  if (user.constraints.max_latency_s) player.user.deadline_s = *user.constraints.max_latency_s;
  for (Candidate& candidate : enumerate_candidates(question)) {
    if (!candidate.estimate) continue;
    const bool kept = std::all_of(bounds.begin(), bounds.end(), [&](const Bound& bound) {
      return satisfied(bound, *candidate.estimate);
    });
    if (!kept) continue;
    candidate.feasible = true;
    player.user.options.push_back(demand_of(*candidate.estimate, user));
    player.candidates.push_back(std::move(candidate));
  }
  return player;
}

// The estimate once the user has its shares: their part of the server, and of the link.
void apply_shares(Estimate& estimate, const UserRequest& user, const ShareDemand& demand,
                  const Share& share) {
  double spread = 0;  // what the stages take longer or shorter
  if (demand.server_s > 0) {
    const double free = share.server - user.arrivals_hz * demand.server_s;
    estimate.server_s /= free;
    estimate.decode_s /= free;
    estimate.queue_s = (estimate.server_s + estimate.decode_s) - demand.server_s;
    spread += estimate.queue_s;
  }
  if (demand.link_s > 0) {
    const double sending_s = demand.link_s / (share.link - user.arrivals_hz * demand.link_s);
    estimate.uplink_s += sending_s - demand.link_s;
    spread += sending_s - demand.link_s;
  }
  estimate.latency_s += spread;
  estimate.period_s =
      std::max({estimate.device_s + estimate.encode_s,
                estimate.uplink_s - std::min(estimate.uplink_s, user.link.rtt_s / 2),
                estimate.server_s + estimate.decode_s, estimate.period_s});
  // Intervals and energy were those of an idle server.
  estimate.latency_ci95.reset();
  estimate.energy_j.reset();
  estimate.energy_parts = {};
  estimate.energy_reason = "plans for several users do not estimate energy";
}

std::optional<double> alone_s(const ShareProblem& problem, const ShareUser& user) {
  ShareProblem alone = {{user}, problem.server, problem.link};
  const ShareChoice choice = choose_shares(alone);
  if (!choice.best.possible()) return std::nullopt;
  return choice.best.cost / user.weight;
}

UserPlan user_plan(const UserRequest& user, const Player& player) {
  UserPlan plan;
  plan.name = user.name;
  plan.model_name = user.device->model_name;
  plan.model_sha256 = user.device->model_sha256;
  plan.link = user.link;
  plan.shares_link = user.shares_link;
  plan.constraints = user.constraints;
  plan.weight = user.weight;
  plan.arrivals_hz = user.arrivals_hz;
  plan.device_scale = user.device_scale;
  plan.server_scale = user.server_scale;
  plan.options = player.candidates.size();
  return plan;
}

// Why a user cannot be served even alone.
std::string alone_miss(const UserRequest& user, double server_load) {
  PlanRequest question = question_of(user);
  question.constraints = user.constraints;
  question.server_load = server_load;
  const Plan plan = make_plan(question);
  const std::string who = "user '" + user.name + "' cannot be served even alone: ";
  if (!plan.nearest_miss.empty()) return who + plan.nearest_miss;
  return who + "its requests take more of the server or the link than there is";
}

std::string infeasible_text(const SharedPlanRequest& request, const ShareChoice& choice) {
  if (!choice.hopeless.empty()) {
    return alone_miss(request.users[choice.hopeless.front()], request.server_load);
  }
  return std::string(choice.exact
                         ? "no choice keeps all deadlines and arrivals within the server's time"
                         : "no choice was found that keeps all deadlines and arrivals within the "
                           "server's time") +
         (request.shared_link ? " and the link's rate" : "") +
         ", though each user could be served alone; give them more time, or have fewer of them";
}

}  // namespace

SharedPlan make_shared_plan(const SharedPlanRequest& request, const ShareChoiceSettings& settings) {
  check_users(request);
  SharedPlan plan;
  plan.shared_link = request.shared_link;
  plan.server_load = request.server_load;
  ShareProblem problem;
  problem.server = 1 - request.server_load;
  std::vector<Player> players;
  for (const UserRequest& user : request.users) {
    try {
      players.push_back(player_of(user));
    } catch (const Error& error) {
      throw Error(error.code(), "user '" + user.name + "': " + error.what());
    }
    problem.users.push_back(players.back().user);
    plan.users.push_back(user_plan(user, players.back()));
    plan.users.back().alone_s = alone_s(problem, players.back().user);
  }
  const ShareChoice choice = choose_shares(problem, settings);
  plan.exact = choice.exact;
  plan.tried = choice.tried;
  if (std::isfinite(choice.bound)) plan.bound_s = choice.bound;
  if (std::isfinite(choice.responded)) plan.responded_s = choice.responded;
  if (!choice.best.possible()) {
    plan.infeasible_because = infeasible_text(request, choice);
    return plan;
  }
  plan.cost_s = choice.best.cost;
  for (std::size_t i = 0; i < players.size(); ++i) {
    const std::size_t k = choice.best.choice[i];
    UserPlan& user = plan.users[i];
    user.chosen = players[i].candidates[k];
    user.server_share = choice.best.shares[i].server;
    user.link_share = choice.best.shares[i].link;
    apply_shares(*user.chosen->estimate, request.users[i], players[i].user.options[k],
                 choice.best.shares[i]);
  }
  return plan;
}

}  // namespace splitbench
