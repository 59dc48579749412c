#include "plan/explain.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <vector>

#include "base/units.h"
#include "plan/choice.h"
#include "plan/constraints.h"
#include "plan/energy.h"
#include "plan/robust.h"

namespace splitbench {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// One input that may change: latency and energy are linear in its `now`-scaled value v.
struct Input {
  const char* name;
  double now;                                                  // v today
  double (*slope)(const Estimate&, const Conditions&);         // of latency in v
  double (*energy_slope)(const Estimate&, const Conditions&);  // of what is known of energy
  double (*shown)(double v, const Conditions& conditions);     // v in the input's unit
};

double as_is(double v, const Conditions&) { return v; }

CostPlane energy_of(const Estimate& e, const Conditions& c) {
  return energy_plane(e, c).value_or(CostPlane{});
}

// The watts of waiting for the server that are in an estimate's energy.
double idle_w(const Estimate& e, const Conditions& c) {
  return sends(e) && e.energy_parts.idle ? c.power.idle_w.value_or(0) : 0;
}

std::vector<Input> inputs_of(const Conditions& c) {
  const auto sent_bits = [](const Estimate& e, const Conditions& cs) {
    return linear_latency(e, cs).bits;
  };
  const auto round_trips = [](const Estimate& e, const Conditions&) {
    return sends(e) ? 1.0 : 0.0;
  };
  const auto waiting = [](const Estimate& e, const Conditions& cs) {
    return (e.server_s + e.decode_s) / slow_down(cs);
  };
  const auto device = [](const Estimate& e, const Conditions&) { return e.device_s + e.encode_s; };
  const auto server = [](const Estimate& e, const Conditions&) { return e.server_s + e.decode_s; };
  const auto energy_x = [](const Estimate& e, const Conditions& cs) {
    return energy_of(e, cs).per_x;
  };
  const auto energy_w = [](const Estimate& e, const Conditions& cs) {
    return energy_of(e, cs).per_w;
  };
  const auto energy_device = [](const Estimate& e, const Conditions&) {
    return e.energy_parts.compute.value_or(0) + e.energy_parts.encode.value_or(0);
  };
  const auto energy_server = [](const Estimate& e, const Conditions& cs) {
    return idle_w(e, cs) * (e.server_s + e.decode_s);
  };
  return {{"rate_bps", 1 / c.link.rate_bps, sent_bits, energy_x,
           [](double v, const Conditions&) { return 1 / v; }},
          {"rtt_s", c.link.rtt_s, round_trips, idle_w, as_is},
          {"server_load", waiting_factor(c.queue, c.server_load), waiting, energy_w,
           [](double v, const Conditions& cs) { return load_of_waiting(cs.queue, v); }},
          {"device_times", 1, device, energy_device, as_is},
          {"server_times", 1, server, energy_server, as_is}};
}

// What changes with v and has a bound.
struct Bounded {
  double now = 0, slope = 0;  // slope >= 0
  std::optional<double> limit;

  // The largest change of v at which the bound is kept.
  double end() const {
    if (!limit) return kInfinity;
    const double slack = *limit - now;
    if (slope == 0) return slack >= 0 ? kInfinity : -kInfinity;
    return slack / slope;
  }
};

// Costs over v of one candidate that keeps every bound but those on latency and energy.
struct Line {
  const Candidate* candidate = nullptr;
  double value_now = 0, value_slope = 0;
  Bounded latency, energy;

  double value(double dv) const { return value_now + value_slope * dv; }
  double end() const { return std::min(latency.end(), energy.end()); }
};

std::vector<Line> lines_of(const Plan& plan, const Input& input, const Conditions& conditions) {
  Constraints fixed = plan.constraints;
  fixed.max_latency_s.reset();
  fixed.max_energy_j.reset();
  const std::vector<Bound> bounds = bounds_of(fixed);
  std::vector<Line> lines;
  for (const Candidate& candidate : plan.candidates) {
    if (!candidate.estimate || !objective_value(plan.objective, *candidate.estimate)) continue;
    const Estimate& e = *candidate.estimate;
    if (!std::all_of(bounds.begin(), bounds.end(),
                     [&](const Bound& bound) { return satisfied(bound, e); })) {
      continue;
    }
    if (plan.constraints.max_energy_j && !e.energy_j) continue;
    const Bounded latency = {e.latency_s, input.slope(e, conditions),
                             plan.constraints.max_latency_s};
    const Bounded energy = {e.energy_j.value_or(0), input.energy_slope(e, conditions),
                            plan.constraints.max_energy_j};
    lines.push_back({&candidate, *objective_value(plan.objective, e),
                     plan.objective.latency_weight * latency.slope +
                         plan.objective.energy_weight * energy.slope,
                     latency, energy});
  }
  return lines;
}

// The changes of v, from `low` to `high`, at which `other` beats `current` and keeps its bound.
Interval wins_within(const Line& other, const Line& current, double end) {
  const double gap = other.value_now - current.value_now;
  const double closing = current.value_slope - other.value_slope;  // per v
  if (closing == 0) return gap < 0 ? Interval{-kInfinity, end} : Interval{kInfinity, -kInfinity};
  const double at = gap / closing;
  if (closing > 0) return {at, end};
  return {-kInfinity, std::min(at, end)};
}

struct Turn {
  double change = 0;
  const Candidate* winner = nullptr;
};

// The nearest change upwards (`up`) or downwards at which another candidate is the best.
Turn nearest_turn(const std::vector<Line>& lines, const Line& current, bool up) {
  Turn turn = {up ? current.end() : -kInfinity, nullptr};
  double best_slope = 0;
  for (const Line& other : lines) {
    if (same_choice(*other.candidate, *current.candidate)) continue;
    const Interval wins = wins_within(other, current, other.end());
    if (!(wins.low <= wins.high)) continue;
    const double at = up ? std::max(wins.low, 0.0) : std::min(wins.high, 0.0);
    if (up ? wins.high <= at : wins.low >= at) continue;
    const bool sooner = up ? at < turn.change : at > turn.change;
    const bool steeper = up ? other.value_slope < best_slope : other.value_slope > best_slope;
    if (sooner || (at == turn.change && turn.winner != nullptr && steeper)) {
      turn = {at, other.candidate};
      best_slope = other.value_slope;
    }
  }
  if (turn.winner != nullptr || !std::isfinite(turn.change)) return turn;
  // The choice breaks its bound: the best of those that still keep it.
  double best = kInfinity;
  for (const Line& other : lines) {
    if (!(other.end() > turn.change) || other.value(turn.change) >= best) continue;
    best = other.value(turn.change);
    turn.winner = other.candidate;
  }
  return turn;
}

void add_turnings(Explanation& explanation, const Plan& plan, const Input& input,
                  const Conditions& conditions) {
  const std::vector<Line> lines = lines_of(plan, input, conditions);
  const auto current = std::find_if(lines.begin(), lines.end(), [&](const Line& line) {
    return same_choice(*line.candidate, *plan.chosen);
  });
  if (current == lines.end()) return;
  for (const bool up : {false, true}) {
    const Turn turn = nearest_turn(lines, *current, up);
    if (turn.winner == nullptr || !(input.now + turn.change > 0)) continue;
    explanation.turnings.push_back({input.name, input.shown(input.now, conditions),
                                    input.shown(input.now + turn.change, conditions),
                                    turn.winner->split, turn.winner->codec});
  }
}

// Seconds for a bit more: of the payload, and of what follows it in the trace or at the same rate.
struct Pace {
  double up_s = 0, both_s = 0;
};

Pace pace_of(const Estimate& e, const Conditions& c) {
  if (c.trace == nullptr) return {1 / c.link.rate_bps, 1 / c.link.rate_bps};
  const double start_s = e.device_s + e.encode_s;
  const auto pace = [&](double bits) {
    return bits > 0 ? robust_pace_s(*c.trace, bits, start_s, c.statistic) : 0;
  };
  return {pace(uplink_bits(e, c)), pace(linear_latency(e, c).bits)};
}

// What a second of each kind costs in the objective.
struct SecondCosts {
  double serving = 0, sending = 0, receiving = 0;
};

SecondCosts second_costs(const Plan& plan, const Estimate& e, const Conditions& c) {
  const double joule = plan.objective.energy_weight;
  const double idle = plan.objective.latency_weight + joule * idle_w(e, c);
  const EnergyParts& parts = e.energy_parts;
  return {idle, idle + joule * (parts.radio ? c.power.radio_w.value_or(0) : 0),
          idle + joule * (parts.receive ? c.power.receive_w.value_or(0) : 0)};
}

// What the objective rises by, relative to what the exchange's inputs do, before it is divided by
// the objective.
void add_exchange(const Plan& plan, const Conditions& c,
                  const std::function<void(const char*, double, double)>& add) {
  const Estimate& e = *plan.chosen->estimate;
  const SecondCosts costs = second_costs(plan, e, c);
  const Pace pace = pace_of(e, c);
  const double receiving = c.link.downlink_follows ? costs.receiving : 0;
  const double sent_s = uplink_bits(e, c) * pace.up_s;
  const double both_s = linear_latency(e, c).bits * pace.both_s;
  add("rate_bps", c.link.rate_bps, -(costs.sending * sent_s + receiving * (both_s - sent_s)));
  const double bit =
      costs.sending * pace.up_s + receiving * (pace.both_s - pace.up_s) +
      (e.energy_parts.radio ? plan.objective.energy_weight * c.power.radio_w_per_bps : 0);
  add("payload_bytes", e.payload_bytes, (8 * bit + plan.objective.bytes_weight) * e.payload_bytes);
  add("rtt_s", c.link.rtt_s, costs.serving * c.link.rtt_s);
  add("waiting_factor", waiting_factor(c.queue, c.server_load), costs.serving * e.queue_s);
}

void add_sensitivities(Explanation& explanation, const Plan& plan, const Conditions& c) {
  const Estimate& e = *plan.chosen->estimate;
  const double value = *objective_value(plan.objective, e);
  if (!(value > 0)) return;
  const auto add = [&](const char* name, double input, double cost) {
    if (cost != 0) explanation.sensitivities.push_back({name, input, cost / value});
  };
  const double weight = plan.objective.latency_weight;
  const double joule = plan.objective.energy_weight;
  const double serving = second_costs(plan, e, c).serving;
  const EnergyParts& parts = e.energy_parts;
  add("device_s", e.device_s, weight * e.device_s + joule * parts.compute.value_or(0));
  add("encode_s", e.encode_s, weight * e.encode_s + joule * parts.encode.value_or(0));
  add("server_s", e.server_s, serving * e.server_s);
  add("decode_s", e.decode_s, serving * e.decode_s);
  if (sends(e)) add_exchange(plan, c, add);
  if (e.energy_j) add("energy_j", *e.energy_j, joule * *e.energy_j);
  std::stable_sort(explanation.sensitivities.begin(), explanation.sensitivities.end(),
                   [](const Sensitivity& a, const Sensitivity& b) {
                     return std::abs(a.elasticity) > std::abs(b.elasticity);
                   });
}

std::string largest_stage(const Estimate& e) {
  const std::pair<const char*, double> stages[] = {{"the device's part of the network", e.device_s},
                                                   {"encoding", e.encode_s},
                                                   {"the uplink", e.uplink_s},
                                                   {"the server's part of the network", e.server_s},
                                                   {"decoding", e.decode_s},
                                                   {"the downlink", e.downlink_s}};
  const auto* most = std::max_element(std::begin(stages), std::end(stages),
                                      [](auto& a, auto& b) { return a.second < b.second; });
  return std::string(most->first) + " takes " + format_duration(most->second) + " (" +
         format_percent(e.latency_s > 0 ? most->second / e.latency_s : 0) + ")";
}

bool overlaps_runner_up(const Plan& plan) {
  if (!plan.runner_up || !plan.runner_up->estimate) return false;
  const std::optional<Interval>& own = plan.chosen->estimate->latency_ci95;
  const std::optional<Interval>& next = plan.runner_up->estimate->latency_ci95;
  return own && next && own->high > next->low;
}

std::string why_text(const Plan& plan) {
  const Estimate& e = *plan.chosen->estimate;
  std::string text = "Of its " + format_duration(e.latency_s) + ", " + largest_stage(e) + ".";
  if (plan.runner_up && plan.runner_up->estimate) {
    text += " Next is " + candidate_name(*plan.runner_up) + " (" +
            plan.runner_up->rejected_because + ").";
  }
  const bool by_latency = plan.objective.form == Objective::Form::kWeighted &&
                          plan.objective.energy_weight == 0 && plan.objective.bytes_weight == 0;
  if (by_latency && overlaps_runner_up(plan)) {
    text +=
        " Their intervals (95 %, compute times only) overlap: measure longer to tell them "
        "apart.";
  }
  return text;
}

std::optional<Candidate> certain_choice(const Plan& plan) {
  if (!plan.constraints.max_accuracy_loss) return std::nullopt;
  Constraints constraints;
  constraints.max_accuracy_loss = plan.constraints.max_accuracy_loss;
  constraints.certain_loss = true;
  const std::vector<Bound> bounds = bounds_of(constraints);
  CandidatePointers certain;
  for (const Candidate& candidate : plan.candidates) {
    if (candidate.feasible && satisfied(bounds.front(), *candidate.estimate)) {
      certain.push_back(&candidate);
    }
  }
  const Candidate* best = choose_among(std::move(certain), plan.objective);
  return best == nullptr ? std::nullopt : std::optional<Candidate>(*best);
}

}  // namespace

std::optional<Explanation> explain(const Plan& plan, const Conditions& conditions) {
  if (!plan.chosen) return std::nullopt;
  Explanation explanation;
  explanation.why = why_text(plan);
  explanation.certain = certain_choice(plan);
  if (plan.objective.form != Objective::Form::kWeighted) return explanation;
  for (const Input& input : inputs_of(conditions)) {
    if (conditions.trace != nullptr && std::string(input.name) == "rate_bps") continue;
    add_turnings(explanation, plan, input, conditions);
  }
  add_sensitivities(explanation, plan, conditions);
  return explanation;
}

}  // namespace splitbench
