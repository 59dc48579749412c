#include "plan/simulate.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "base/spec.h"
#include "core/front.h"
#include "core/statistics.h"
#include "plan/constraints.h"
#include "plan/energy.h"
#include "plan/forecast.h"
#include "plan/oracle.h"
#include "plan/replay.h"
#include "plan/replay_pool.h"

namespace splitbench {
namespace {

constexpr std::size_t kMaxRequests = 10'000'000;
constexpr double kSlowestRateBps = 1;  // what a policy is asked for when the rate is zero

bool same_power(const PowerModel& a, const PowerModel& b) {
  return a.compute_w == b.compute_w && a.idle_w == b.idle_w && a.radio_w == b.radio_w &&
         a.receive_w == b.receive_w && a.radio_w_per_bps == b.radio_w_per_bps &&
         a.receive_w_per_bps == b.receive_w_per_bps && a.tail_j == b.tail_j;
}

void check_together(const Plan& a, const Plan& b, const std::string& file) {
  const auto require = [&](bool same, const char* what) {
    if (!same) {
      throw bad_input("the plan '" + file + "' is for another " + what +
                      " than the first; simulate plans that differ in rate and objective only");
    }
  };
  require(a.model_sha256 == b.model_sha256, "model");
  require(a.link.rtt_s == b.link.rtt_s, "round trip");
  require(a.link.overhead_bytes == b.link.overhead_bytes, "overhead");
  require(a.link.downlink_follows == b.link.downlink_follows, "downlink");
  require(a.link.downlink_follows || a.link.downlink_bps == b.link.downlink_bps, "downlink");
  require(queue_text(a.queue) == queue_text(b.queue), "queue");
  require(a.batch == b.batch, "batch");
  require(a.device_scale == b.device_scale, "device scale");
  require(a.server_scale == b.server_scale, "server scale");
  require(same_power(a.power, b.power), "power of the device");
}

// Plans are made at some load; a fixed one is replayed.
void check_fixed_load(const Plan& plan, const std::string& file) {
  try {
    check_load(plan.queue, plan.server_load);
  } catch (const Error& error) {
    throw bad_input("the plan '" + file + "': " + error.what());
  }
}

void check_simulation(const SimulationRequest& request) {
  if (request.plans.empty()) throw bad_input("there is no plan to simulate");
  if (request.requests < 1 || request.requests > kMaxRequests) {
    throw bad_input("requests is " + std::to_string(request.requests) + "; it must be 1 to " +
                    std::to_string(kMaxRequests));
  }
  if (!(request.margin >= 0 && request.margin < 1)) {
    throw bad_input("the margin is " + format_number(request.margin) +
                    "; it must be at least 0 and below 1 (0.1: a tenth)");
  }
  if (request.deadline_s && !(*request.deadline_s > 0)) {
    throw bad_input("the deadline is " + format_number(*request.deadline_s) +
                    " s; it must be above 0");
  }
  constexpr double kSlowestMeanBps = 1;  // as of a link's rate
  if (!(request.rate_bps->mean() >= kSlowestMeanBps)) {
    throw bad_input(request.rate_file + " has a mean rate below 1 bit/s; no transfer would end");
  }
  for (std::size_t i = 0; i < request.plans.size(); ++i) {
    check_fixed_load(request.plans[i], request.plan_files.at(i));
    check_together(request.plans.front(), request.plans[i], request.plan_files.at(i));
  }
  if (!request.load) return;
  for (const TraceStep& step : request.load->steps()) {
    try {
      check_load(request.plans.front().queue, step.value);
    } catch (const Error& error) {
      throw bad_input(request.load_file + " at " + format_number(step.start_s) +
                      " s: " + error.what());
    }
  }
}

std::vector<Moment> moments_of(const SimulationRequest& request) {
  const Plan& plan = request.plans.front();
  std::vector<Moment> moments(request.requests);
  const double duration_s = request.rate_bps->duration_s();
  for (std::size_t i = 0; i < moments.size(); ++i) {
    Moment& moment = moments[i];
    moment.start_s =
        (static_cast<double>(i) + 0.5) / static_cast<double>(moments.size()) * duration_s;
    moment.rate_bps = std::max(request.rate_bps->at(moment.start_s), kSlowestRateBps);
    moment.load = request.load ? request.load->at(moment.start_s) : plan.server_load;
    moment.w = waiting_factor(plan.queue, moment.load);
  }
  return moments;
}

// The candidates of a plan that keep the bounds which no trace changes and can be fastest
// somewhere: what takes longer on the device, sends more and takes longer on the server never is.
std::vector<std::size_t> contenders_of(const Plan& plan, const Conditions& conditions,
                                       ReplayPool& pool) {
  Constraints fixed = plan.constraints;
  fixed.max_latency_s.reset();
  fixed.max_energy_j.reset();
  const std::vector<Bound> bounds = bounds_of(fixed);
  std::vector<const Candidate*> allowed;
  std::vector<Objectives> costs;
  for (const Candidate& candidate : plan.candidates) {
    if (!candidate.estimate) continue;
    const Estimate& e = *candidate.estimate;
    if (!std::all_of(bounds.begin(), bounds.end(),
                     [&](const Bound& bound) { return satisfied(bound, e); })) {
      continue;
    }
    allowed.push_back(&candidate);
    costs.push_back({e.device_s + e.encode_s, e.payload_bytes, e.server_s + e.decode_s});
  }
  std::vector<std::size_t> contenders;
  for (const std::size_t i : non_dominated(costs)) {
    contenders.push_back(pool.of(*allowed[i], conditions));
  }
  return contenders;
}

const Candidate& candidate_of(const Plan& plan, const PolicyEntry& entry, const std::string& file) {
  for (const Candidate& candidate : plan.candidates) {
    if (candidate.estimate && candidate.split == entry.split && candidate.codec == entry.codec) {
      return candidate;
    }
  }
  throw bad_input("the plan '" + file + "' has a policy for " + entry.split + " with " +
                  entry.codec + ", but no such candidate");
}

// Where nothing keeps the bounds, the plan's own choice is what there is, else its first candidate.
const Candidate& otherwise_of(const Plan& plan, const std::string& file) {
  if (plan.chosen) return *plan.chosen;
  for (const Candidate& candidate : plan.candidates) {
    if (candidate.estimate) return candidate;
  }
  throw bad_input("the plan '" + file + "' has a policy, but no candidate with an estimate");
}

// The pool's index for each request.
using Choices = std::vector<std::size_t>;

template <typename Choose>
Choices policy_choices(const Plan& plan, const std::string& file, const Conditions& conditions,
                       const std::vector<Moment>& moments, ReplayPool& pool, Choose choose) {
  std::vector<std::size_t> pooled;
  for (const PolicyEntry& entry : plan.table->entries) {
    pooled.push_back(entry.batch == plan.batch
                         ? pool.of(candidate_of(plan, entry, file), conditions)
                         : kNoEntry);
  }
  const std::size_t otherwise = pool.of(otherwise_of(plan, file), conditions);
  Choices choices(moments.size());
  for (std::size_t i = 0; i < moments.size(); ++i) {
    const std::size_t entry = choose(moments[i]);
    choices[i] = entry == kNoEntry ? otherwise : pooled[entry];
  }
  return choices;
}

PolicyTable table_of_batch(PolicyTable table, int batch) {
  std::vector<PolicyEntry>& entries = table.entries;
  entries.erase(std::remove_if(entries.begin(), entries.end(),
                               [&](const PolicyEntry& entry) { return entry.batch != batch; }),
                entries.end());
  return table;
}

std::vector<EntryTransfer> transfers_of(const Plan& plan, const std::string& file) {
  std::vector<EntryTransfer> transfers;
  for (const PolicyEntry& entry : plan.table->entries) {
    const Estimate& e = *candidate_of(plan, entry, file).estimate;
    transfers.push_back({e.device_s + e.encode_s, entry.latency_s.per_x});
  }
  return transfers;
}

std::vector<ChoiceShare> shares_of(const Choices& choices, const ReplayPool& pool) {
  std::vector<std::size_t> counts(pool.runners().size(), 0);
  for (const std::size_t choice : choices) ++counts[choice];
  std::vector<ChoiceShare> shares;
  for (std::size_t choice = 0; choice < counts.size(); ++choice) {
    if (counts[choice] == 0) continue;
    const Runner& runner = pool.runners()[choice];
    shares.push_back({runner.split, runner.codec,
                      static_cast<double>(counts[choice]) / static_cast<double>(choices.size())});
  }
  std::stable_sort(shares.begin(), shares.end(),
                   [](const ChoiceShare& a, const ChoiceShare& b) { return a.share > b.share; });
  return shares;
}

LatencyDistribution distribution_of(std::vector<double> latencies) {
  LatencyDistribution d;
  d.mean = mean(latencies);
  auto sorted = latencies.begin();  // everything before is in place
  const auto take = [&](std::size_t rank) {
    const auto place = latencies.begin() + static_cast<std::ptrdiff_t>(rank);
    if (place < sorted) return *place;
    std::nth_element(sorted, place, latencies.end());
    sorted = place + 1;
    return *place;
  };
  // In rising order, so that each search is among what the one before has left.
  const auto at = [&](double p) {
    const double place = p * static_cast<double>(latencies.size() - 1);
    const auto below = static_cast<std::size_t>(place);
    const std::size_t above = std::min(below + 1, latencies.size() - 1);
    const double share = place - static_cast<double>(below);
    const double low = take(below);
    return low + share * (take(above) - low);
  };
  d.p50 = at(0.5);
  d.p95 = at(0.95);
  d.p99 = at(0.99);
  d.max = *std::max_element(latencies.begin(), latencies.end());
  return d;
}

// The plan's own choice as an entry of a table, where it is one.
std::optional<PolicyEntry> entry_of(const Plan& plan, const Conditions& conditions) {
  if (!plan.chosen) return std::nullopt;
  const Estimate& e = *plan.chosen->estimate;
  const auto value = objective_plane(plan.objective, e, conditions);
  if (!value) return std::nullopt;
  return PolicyEntry{plan.chosen->split,
                     plan.chosen->codec,
                     plan.batch,
                     latency_plane(e, conditions),
                     *value,
                     energy_plane(e, conditions)};
}

// The place in the table of the plan's choice over its link's history, added when it is not there;
// kNoEntry for a plan without one.
std::size_t home_of(Plan& plan, const Conditions& conditions) {
  std::vector<PolicyEntry>& entries = plan.table->entries;
  if (!plan.trace) return kNoEntry;
  const auto home = entry_of(plan, conditions);
  if (!home) return kNoEntry;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (entries[i].split == home->split && entries[i].codec == home->codec) return i;
  }
  entries.push_back(*home);
  return entries.size() - 1;
}

class Simulator {
 public:
  explicit Simulator(const SimulationRequest& request)
      : request_(request), moments_(moments_of(request)) {
    for (std::size_t k = 0; k < request.plans.size(); ++k) {
      const Plan& plan = request.plans[k];
      pool_.enter(k);
      for (const std::size_t i : contenders_of(plan, conditions_of(plan), pool_)) {
        if (std::find(contenders_.begin(), contenders_.end(), i) == contenders_.end()) {
          contenders_.push_back(i);
        }
      }
    }
    if (contenders_.empty()) {
      throw bad_input("no candidate keeps its plan's bounds on accuracy, payload and memory");
    }
    std::vector<const Replay*> replays;
    for (const std::size_t i : contenders_) replays.push_back(&pool_.runners()[i].replay);
    oracle_ = consult_oracle(replays, *request.rate_bps, moments_);
    for (std::size_t& choice : oracle_.choices) choice = contenders_[choice];
  }

  std::size_t contenders() const { return contenders_.size(); }

  void add_plan(std::size_t i, Simulation& result) {
    const Plan& plan = request_.plans[i];
    const std::string& file = request_.plan_files[i];
    const Conditions conditions = conditions_of(plan);
    pool_.enter(i);
    if (plan.chosen) {
      const Choices choices(moments_.size(), pool_.of(*plan.chosen, conditions));
      result.strategies.push_back(outcome(StrategyKind::kStatic, file, choices));
    } else {
      result.warnings.push_back("the plan '" + file + "' has no choice; it is not replayed");
    }
    if (!plan.table) return;
    const PolicyTable& table = *plan.table;
    add_dynamic(plan, file, conditions, result);
    result.strategies.push_back(
        outcome(StrategyKind::kInstant, file,
                policy_choices(plan, file, conditions, moments_, pool_, [&](const Moment& m) {
                  return best_entry(table, 1 / m.rate_bps, m.w, plan.batch);
                })));
    SteadyChoice steady(table, request_.margin);
    result.strategies.push_back(
        outcome(StrategyKind::kSteady, file,
                policy_choices(plan, file, conditions, moments_, pool_, [&](const Moment& m) {
                  return steady.choose(m.rate_bps, m.load, plan.batch);
                })));
  }

  void add_bounds(Simulation& result) {
    const Choices best_static(moments_.size(), contenders_[oracle_.best_static]);
    result.strategies.push_back(outcome(StrategyKind::kBestStatic, "", best_static));
    result.strategies.push_back(outcome(StrategyKind::kOracle, "", oracle_.choices));
  }

 private:
  void add_dynamic(const Plan& plan, const std::string& file, const Conditions& conditions,
                   Simulation& result) {
    Plan own = plan;
    own.table = table_of_batch(*plan.table, plan.batch);
    const std::size_t home = home_of(own, conditions);
    Forecast forecast(*request_.rate_bps, *own.table, transfers_of(own, file), home);
    result.strategies.push_back(
        outcome(StrategyKind::kDynamic, file,
                policy_choices(own, file, conditions, moments_, pool_, [&](const Moment& m) {
                  return forecast.choose(m.start_s, m.rate_bps, m.w);
                })));
  }

  StrategyOutcome outcome(StrategyKind kind, const std::string& file,
                          const Choices& choices) const {
    StrategyOutcome result;
    result.kind = kind;
    result.plan = file;
    std::vector<double> latencies(choices.size());
    ExchangeHints hints;
    double energy_j = 0;
    bool energy_known = true;
    std::size_t misses = 0;
    for (std::size_t i = 0; i < choices.size(); ++i) {
      const Moment& moment = moments_[i];
      const Replay& replay = pool_.runners()[choices[i]].replay;
      const Exchange times = replay.times(*request_.rate_bps, moment.start_s, hints);
      latencies[i] = replay.latency_s(times, moment.w);
      const double regret = latencies[i] - oracle_.least_s[i];
      result.mean_regret_s += regret / static_cast<double>(choices.size());
      result.worst_regret_s = std::max(result.worst_regret_s, regret);
      if (request_.deadline_s && latencies[i] > *request_.deadline_s) ++misses;
      if (i > 0 && choices[i] != choices[i - 1]) ++result.switches;
      if (!energy_known) continue;
      const std::optional<double> own = replay.energy_j(times, moment.w);
      energy_known = own.has_value();
      energy_j += own.value_or(0);
    }
    if (energy_known) result.energy_j = energy_j / static_cast<double>(choices.size());
    if (request_.deadline_s) result.deadline_misses = misses;
    result.choices = shares_of(choices, pool_);
    result.latency_s = distribution_of(std::move(latencies));
    return result;
  }

  const SimulationRequest& request_;
  std::vector<Moment> moments_;
  ReplayPool pool_;
  std::vector<std::size_t> contenders_;  // places in the pool
  Oracle oracle_;
};

TraceSummary summary_of(const StepTrace& trace, const std::string& file,
                        const std::string& format) {
  return {file, format, trace.duration_s(), trace.mean(), trace.highest()};
}

}  // namespace

Simulation simulate(const SimulationRequest& request) {
  check_simulation(request);
  const Plan& first = request.plans.front();
  if (std::none_of(request.plans.begin(), request.plans.end(),
                   [](const Plan& plan) { return plan.chosen.has_value(); })) {
    throw Error(ErrorCode::kInfeasible, "no plan has a choice: nothing to simulate");
  }
  Simulation result;
  result.model_name = first.model_name;
  result.model_sha256 = first.model_sha256;
  result.rate_bps = summary_of(*request.rate_bps, request.rate_file, request.rate_format);
  if (request.load) result.server_load = summary_of(*request.load, request.load_file, "");
  result.fixed_load = first.server_load;
  result.queue = first.queue;
  result.requests = request.requests;
  result.deadline_s = request.deadline_s;
  result.margin = request.margin;
  Simulator simulator(request);
  result.contenders = simulator.contenders();
  for (std::size_t i = 0; i < request.plans.size(); ++i) simulator.add_plan(i, result);
  simulator.add_bounds(result);
  return result;
}

}  // namespace splitbench
