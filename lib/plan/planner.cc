#include "plan/planner.h"

#include <algorithm>
#include <cstdint>
#include <set>
#include <tuple>

#include "base/error.h"
#include "base/spec.h"
#include "base/units.h"
#include "plan/bottlenecks.h"
#include "plan/candidates.h"
#include "plan/choice.h"
#include "plan/constraints.h"
#include "plan/cost_model.h"
#include "plan/energy.h"
#include "plan/explain.h"
#include "plan/misses.h"
#include "plan/policy.h"
#include "plan/policy_table.h"
#include "plan/trace_outcome.h"

namespace splitbench {
namespace {

using Candidates = std::vector<Candidate>;

// The first quantity that the objective or a bound needs and no candidate has.
void require_measurements(const Candidates& candidates, const Objective& objective,
                          const std::vector<Bound>& bounds) {
  const auto any = [&](auto has) {
    return std::any_of(candidates.begin(), candidates.end(), [&](const Candidate& candidate) {
      return candidate.estimate && has(*candidate.estimate);
    });
  };
  const auto bounded = [&](const char* name) {
    return std::any_of(bounds.begin(), bounds.end(),
                       [&](const Bound& bound) { return bound.name == name; });
  };
  if ((needs_energy(objective) || bounded("max_energy_j")) &&
      !any([](const Estimate& e) { return e.energy_j.has_value(); })) {
    throw Error(ErrorCode::kMissingMeasurement,
                "the objective or a constraint needs energy, which no candidate has (" +
                    candidates.front().estimate->energy_reason +
                    "); profile the device with --energy METER");
  }
  const bool memory =
      std::any_of(objective.goals.begin(), objective.goals.end(),
                  [](const Goal& goal) { return goal.quantity == Quantity::kMemory; });
  if ((memory || bounded("max_device_memory_bytes")) &&
      !any([](const Estimate& e) { return e.device_memory_bytes.has_value(); })) {
    throw Error(ErrorCode::kMissingMeasurement,
                "the objective or a constraint needs the device's memory, which is modelled from "
                "layers that the device profile does not have; profile the device anew");
  }
}

// Sets `feasible`, and `rejected_because` of those that break a bound.
void judge(Candidates& candidates, const Objective& objective, const std::vector<Bound>& bounds) {
  const bool energy_needed = needs_energy(objective);
  const bool memory_bounded = std::any_of(bounds.begin(), bounds.end(), [](const Bound& bound) {
    return bound.name == "max_device_memory_bytes";
  });
  for (Candidate& candidate : candidates) {
    if (!candidate.estimate) continue;
    const Estimate& estimate = *candidate.estimate;
    std::string reasons;
    const auto add_reason = [&reasons](const std::string& reason) {
      reasons += (reasons.empty() ? "" : "; ") + reason;
    };
    const bool energy_unknown =
        !estimate.energy_j &&
        (energy_needed || std::any_of(bounds.begin(), bounds.end(), [](const Bound& bound) {
           return bound.name == "max_energy_j";
         }));
    if (energy_unknown) {
      add_reason("energy unknown: " + estimate.energy_reason);
    } else if (!comparable(objective, estimate) && !memory_bounded) {
      add_reason("device memory unknown");  // else the bound says so
    }
    for (const Bound& bound : bounds) {
      if (bound.name == "max_energy_j" && energy_unknown) continue;
      if (!satisfied(bound, estimate)) add_reason(violation_text(bound, estimate));
    }
    candidate.feasible = reasons.empty();
    candidate.rejected_because = reasons;
  }
}

// The most preferred of the candidates that have an objective value and satisfy `admit`.
template <typename Admit>
const Candidate* best_of(const Candidates& candidates, const Objective& objective, Admit admit) {
  const Candidate* best = nullptr;
  for (const Candidate& candidate : candidates) {
    if (!candidate.estimate || !objective_value(objective, *candidate.estimate)) continue;
    if (!admit(candidate)) continue;
    if (best == nullptr || preferred(candidate, *best, objective)) best = &candidate;
  }
  return best;
}

CandidatePointers feasible_of(const Candidates& candidates) {
  CandidatePointers feasible;
  for (const Candidate& candidate : candidates) {
    if (candidate.feasible) feasible.push_back(&candidate);
  }
  return feasible;
}

std::optional<Candidate> copy_of(const Candidate* candidate) {
  return candidate == nullptr ? std::nullopt : std::optional<Candidate>(*candidate);
}

void set_baselines(Plan& plan, const Profile& device) {
  std::set<std::string> inner;
  std::set<std::string> server_only;
  for (const SplitProfile& split : device.splits) {
    if (split.split.kind == SplitKind::kInner) inner.insert(split.split.id);
    if (split.split.kind == SplitKind::kServerOnly) server_only.insert(split.split.id);
  }
  const auto best = [&](const std::set<std::string>& splits, auto admit_codec) {
    return best_of(plan.candidates, plan.objective, [&](const Candidate& candidate) {
      return splits.count(candidate.split) > 0 && admit_codec(candidate.codec);
    });
  };
  const Candidate* input =
      best(server_only, [](const std::string& codec) { return codec == "raw:dtype=uint8"; });
  if (input == nullptr) {
    input = best(server_only, [](const std::string& codec) { return codec_name(codec) == "raw"; });
  }
  if (input == nullptr) input = best(server_only, [](const std::string&) { return true; });
  plan.device_only = plan.candidates.front();
  plan.server_only = copy_of(input);
  plan.raw_split =
      copy_of(best(inner, [](const std::string& codec) { return codec == "raw:dtype=fp32"; }));
}

void warn_about_cells(Plan& plan, const std::vector<Cell>& cells) {
  std::set<std::tuple<std::string, std::size_t, std::uint64_t>> image_sets;
  std::size_t unlabelled = 0;
  for (const Cell& cell : cells) {
    if (cell.status != CellStatus::kOk) continue;
    image_sets.emplace(cell.key.dataset, cell.key.images, cell.key.seed);
    if (!cell.accuracy.loss) ++unlabelled;
  }
  if (cells.empty()) plan.warnings.push_back("there are no cells: only device-only can be chosen");
  if (image_sets.size() > 1) {
    plan.warnings.push_back("the cells are of " + std::to_string(image_sets.size()) +
                            " sets of images (dataset, number or seed differ); their accuracy "
                            "losses are not paired on the same images");
  }
  if (unlabelled > 0) {
    plan.warnings.push_back(std::to_string(unlabelled) + " of " + std::to_string(cells.size()) +
                            " cells have no labels: their accuracy loss is 1 - agreement with the "
                            "uncompressed model");
  }
}

void warn_about_energy(Plan& plan, const Estimate& estimate) {
  if (!estimate.energy_j) return;
  EnergyParts parts = estimate.energy_parts;
  for (const Candidate& candidate : plan.candidates) {
    if (candidate.estimate && sends(*candidate.estimate)) parts = candidate.estimate->energy_parts;
  }
  std::string names;
  for (const std::string& name : unknown_parts(parts)) {
    names += (names.empty() ? "" : ", ") + name;
  }
  if (names.empty()) return;
  plan.warnings.push_back("energy is without " + names +
                          ", of which nothing is known (--power, the link's radio), so what sends "
                          "looks too cheap beside device-only");
}

// How times for a batch came about.
void warn_about_batch(Plan& plan, const PlanRequest& request) {
  for (const auto& [side, profile] :
       {std::make_pair("device", &request.device), std::make_pair("server", &request.server)}) {
    if (profile->batch == request.batch) continue;
    plan.warnings.push_back(std::string("the ") + side +
                            " profile is of single inputs: " + std::to_string(request.batch) +
                            " are modelled one after another; profile with --batch " +
                            std::to_string(request.batch) + " to measure them");
  }
}

void warn_about_choice(Plan& plan) {
  if (!plan.chosen) return;
  const Estimate& estimate = *plan.chosen->estimate;
  const std::optional<double>& bound = plan.constraints.max_accuracy_loss;
  if (bound && estimate.accuracy_loss_ci95 && estimate.accuracy_loss_ci95->high > *bound) {
    plan.warnings.push_back(
        "the accuracy loss of the choice is " + format_plain(estimate.accuracy_loss) +
        ", but up to " + format_plain(estimate.accuracy_loss_ci95->high) +
        " is compatible with the images measured (95 %), above the bound of " +
        format_plain(*bound) + "; sweep more images to be sure, or plan with --certain-loss");
  }
  const std::optional<double>& latency = plan.constraints.max_latency_s;
  if (latency && estimate.latency_ci95 && estimate.latency_ci95->high > *latency) {
    plan.warnings.push_back("the latency of the choice is " + format_duration(estimate.latency_s) +
                            ", but up to " + format_duration(estimate.latency_ci95->high) +
                            " is compatible with what was measured (95 %), above the bound of " +
                            format_duration(*latency) + "; profile longer to be sure");
  }
  warn_about_energy(plan, estimate);
}

// Fills in the choice, the runner-up and every reason that refers to them.
void choose(Plan& plan, const std::vector<Bound>& bounds) {
  CandidatePointers feasible = feasible_of(plan.candidates);
  const Candidate* best = choose_among(feasible, plan.objective);
  plan.chosen = copy_of(best);
  plan.binding_constraint =
      binding_constraint(plan.candidates, plan.objective, bounds, plan.chosen);
  if (!plan.chosen) {
    plan.nearest_miss = nearest_miss(plan.candidates, plan.objective, bounds);
    return;
  }
  for (Candidate& candidate : plan.candidates) {
    if (!candidate.feasible || &candidate == best) continue;
    candidate.rejected_because = loss_reason(candidate, *plan.chosen, plan.objective);
  }
  feasible.erase(std::remove_if(feasible.begin(), feasible.end(),
                                [&](const Candidate* c) { return same_choice(*c, *plan.chosen); }),
                 feasible.end());
  plan.runner_up = copy_of(choose_among(std::move(feasible), plan.objective));
}

void set_front(Plan& plan) {
  const std::vector<Quantity> quantities = {Quantity::kLatency, Quantity::kBytes, Quantity::kLoss};
  const CandidatePointers feasible = feasible_of(plan.candidates);
  const std::vector<std::size_t> front = pareto_front(feasible, quantities);
  const std::vector<std::size_t> knee = knees(feasible, front, quantities);
  for (const std::size_t i : front) {
    const bool is_knee = std::find(knee.begin(), knee.end(), i) != knee.end();
    plan.front.push_back({static_cast<std::size_t>(feasible[i] - plan.candidates.data()), is_knee});
  }
  std::stable_sort(plan.front.begin(), plan.front.end(),
                   [&](const ParetoPoint& a, const ParetoPoint& b) {
                     return plan.candidates[a.candidate].estimate->latency_s <
                            plan.candidates[b.candidate].estimate->latency_s;
                   });
}

Plan question_of(const PlanRequest& request, const Conditions& conditions) {
  Plan plan;
  plan.objective = request.objective;
  plan.constraints = request.constraints;
  plan.link = request.link;
  plan.server_load = request.server_load;
  plan.queue = request.queue;
  plan.batch = request.batch;
  plan.power = known_power(request);
  plan.device_scale = request.device_scale;
  plan.result_bytes = conditions.result_bytes;
  if (request.device.scaling) plan.device_figures = request.device.scaling->device;
  if (request.server.scaling) plan.server_figures = request.server.scaling->device;
  plan.server_scale = request.server_scale;
  plan.model_name = request.device.model_name;
  plan.model_sha256 = request.device.model_sha256;
  return plan;
}

void set_policy(Plan& plan, const Conditions& conditions) {
  if (plan.objective.form != Objective::Form::kWeighted) {
    throw bad_input("objective '" + plan.objective.name +
                    "' has no policy: which choice is best is no plane in 1 / rate; use latency, "
                    "energy, bytes or weighted:...");
  }
  plan.policy = policy_regions(plan.candidates, plan.objective, plan.constraints, conditions);
  plan.table = policy_table(plan.candidates, plan.objective, plan.constraints, conditions);
}

}  // namespace

Plan make_plan(const PlanRequest& request) {
  check_request(request);
  const std::vector<Bound> bounds = bounds_of(request.constraints);
  const Conditions conditions = conditions_of(request);
  Plan plan = question_of(request, conditions);
  plan.candidates = enumerate_candidates(request);
  restrict_to_scope(plan.candidates, request);
  require_measurements(plan.candidates, plan.objective, bounds);
  judge(plan.candidates, plan.objective, bounds);
  choose(plan, bounds);
  set_baselines(plan, request.device);
  set_front(plan);
  if (request.trace) plan.trace = trace_outcome(plan, request);
  if (request.policy) set_policy(plan, conditions);
  plan.explanation = explain(plan, conditions);
  warn_about_cells(plan, request.cells);
  warn_about_batch(plan, request);
  warn_about_choice(plan);
  return plan;
}

}  // namespace splitbench
