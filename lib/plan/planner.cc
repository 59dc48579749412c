#include "plan/planner.h"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <limits>
#include <set>
#include <tuple>

#include "base/error.h"
#include "base/spec.h"
#include "base/units.h"
#include "plan/candidates.h"
#include "plan/constraints.h"
#include "plan/cost_model.h"
#include "plan/objective.h"
#include "plan/policy.h"

namespace splitbench {
namespace {

using Candidates = std::vector<Candidate>;

bool needs_energy(const Objective& objective, const std::vector<Bound>& bounds) {
  return objective.energy_weight > 0 ||
         std::any_of(bounds.begin(), bounds.end(), [](const Bound& b) { return b.is_energy(); });
}

void require_energy(const Candidates& candidates) {
  const bool known = std::any_of(candidates.begin(), candidates.end(), [](const Candidate& c) {
    return c.estimate && c.estimate->energy_j;
  });
  if (known) return;
  throw Error(ErrorCode::kMissingMeasurement,
              "the objective or a constraint needs energy, which no candidate has (" +
                  candidates.front().estimate->energy_reason +
                  "); profile the device with --energy METER");
}

// Sets `feasible`, and `rejected_because` of those that break a bound.
void judge(Candidates& candidates, const std::vector<Bound>& bounds, bool energy_needed) {
  for (Candidate& candidate : candidates) {
    if (!candidate.estimate) continue;
    std::string reasons;
    const auto add_reason = [&reasons](const std::string& reason) {
      reasons += (reasons.empty() ? "" : "; ") + reason;
    };
    if (energy_needed && !candidate.estimate->energy_j) {
      add_reason("energy unknown: " + candidate.estimate->energy_reason);
    }
    for (const Bound& bound : bounds) {
      if (bound.is_energy() && !candidate.estimate->energy_j) continue;
      if (!satisfied(bound, *candidate.estimate)) {
        add_reason(violation_text(bound, *candidate.estimate));
      }
    }
    candidate.feasible = reasons.empty();
    candidate.rejected_because = reasons;
  }
}

// The order of choice. Requires that both have an objective value.
bool preferred(const Candidate& a, const Candidate& b, const Objective& objective) {
  const auto key = [&](const Candidate& c) {
    return std::make_tuple(*objective_value(objective, *c.estimate), c.estimate->latency_s,
                           c.estimate->payload_bytes, c.estimate->accuracy_loss, std::cref(c.split),
                           std::cref(c.codec));
  };
  return key(a) < key(b);
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

std::string greater_text(const std::string& what, double value, double best,
                         const ValueText& text) {
  const auto [a, b] = distinct_texts(value, best, text);
  return what + " " + a + " > " + b;
}

// Why a feasible candidate lost against the choice.
std::string loss_reason(const Candidate& candidate, const Candidate& choice,
                        const Objective& objective) {
  const Estimate& own = *candidate.estimate;
  const Estimate& best = *choice.estimate;
  const std::string name = objective_name(objective);
  const double own_value = *objective_value(objective, own);
  const double best_value = *objective_value(objective, best);
  if (own_value > best_value) {
    const auto text = [&](double value, int digits) {
      return objective_text(objective, value, digits);
    };
    return greater_text(name, own_value, best_value, text) + " of the choice";
  }
  const std::string tie = "same " + name + " as the choice, but ";
  if (own.latency_s > best.latency_s) {
    return tie + greater_text("latency", own.latency_s, best.latency_s, format_duration);
  }
  if (own.payload_bytes > best.payload_bytes) {
    return tie + greater_text("payload", own.payload_bytes, best.payload_bytes, format_bytes);
  }
  if (own.accuracy_loss > best.accuracy_loss) {
    return tie + greater_text("accuracy loss", own.accuracy_loss, best.accuracy_loss, format_plain);
  }
  return "equal to the choice, which comes first by name";
}

// The bound whose removal alone makes a better objective reachable, the most so; or empty.
std::string binding_constraint(const Candidates& candidates, const Objective& objective,
                               const std::vector<Bound>& bounds,
                               const std::optional<Candidate>& chosen) {
  double best = chosen ? *objective_value(objective, *chosen->estimate)
                       : std::numeric_limits<double>::infinity();
  std::string binding;
  for (const Bound& removed : bounds) {
    const Candidate* reachable = best_of(candidates, objective, [&](const Candidate& candidate) {
      return std::all_of(bounds.begin(), bounds.end(), [&](const Bound& bound) {
        return bound.name == removed.name || satisfied(bound, *candidate.estimate);
      });
    });
    if (reachable == nullptr) continue;
    const double value = *objective_value(objective, *reachable->estimate);
    if (value < best) {
      best = value;
      binding = removed.name;
    }
  }
  return binding;
}

// The candidate that misses its worst bound by the least, in words.
std::string nearest_miss(const Candidates& candidates, const Objective& objective,
                         const std::vector<Bound>& bounds) {
  const Candidate* nearest = nullptr;
  const Bound* missed = nullptr;
  double least = std::numeric_limits<double>::infinity();
  for (const Candidate& candidate : candidates) {
    if (!candidate.estimate || !objective_value(objective, *candidate.estimate)) continue;
    const Bound* worst = nullptr;
    double violation = 0;
    bool known = true;
    for (const Bound& bound : bounds) {
      known = known && (!bound.is_energy() || candidate.estimate->energy_j);
      const double own = relative_violation(bound, *candidate.estimate);
      if (own > violation) {
        violation = own;
        worst = &bound;
      }
    }
    if (!known || worst == nullptr) continue;
    const bool tie = violation == least && preferred(candidate, *nearest, objective);
    if (violation < least || tie) {
      nearest = &candidate;
      missed = worst;
      least = violation;
    }
  }
  if (nearest == nullptr) return "";
  return candidate_name(*nearest) + " misses " + missed->name + " by " + format_percent(least) +
         " of the bound (" + nearest->rejected_because + ")";
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

void warn_about_choice(Plan& plan) {
  if (!plan.chosen) return;
  const Estimate& estimate = *plan.chosen->estimate;
  const std::optional<double>& bound = plan.constraints.max_accuracy_loss;
  if (bound && estimate.accuracy_loss_ci95 && estimate.accuracy_loss_ci95->high > *bound) {
    plan.warnings.push_back("the accuracy loss of the choice is " +
                            format_plain(estimate.accuracy_loss) + ", but up to " +
                            format_plain(estimate.accuracy_loss_ci95->high) +
                            " is compatible with the images measured (95 %), above the bound of " +
                            format_plain(*bound) + "; sweep more images to be sure");
  }
  if (estimate.energy_j) {
    plan.warnings.push_back("energy counts the head on the device only, not codec and radio");
  }
}

// Fills in the choice, the runner-up and every reason that refers to them.
void choose(Plan& plan, const std::vector<Bound>& bounds) {
  const auto feasible = [](const Candidate& candidate) { return candidate.feasible; };
  const Candidate* best = best_of(plan.candidates, plan.objective, feasible);
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
  plan.runner_up = copy_of(best_of(plan.candidates, plan.objective, [&](const Candidate& c) {
    return c.feasible && !same_choice(c, *plan.chosen);
  }));
}

}  // namespace

Plan make_plan(const PlanRequest& request) {
  check_request(request);
  const std::vector<Bound> bounds = bounds_of(request.constraints);
  Plan plan;
  plan.objective = request.objective;
  plan.constraints = request.constraints;
  plan.link = request.link;
  plan.server_load = request.server_load;
  plan.device_scale = request.device_scale;
  plan.server_scale = request.server_scale;
  plan.model_name = request.device.model_name;
  plan.model_sha256 = request.device.model_sha256;
  plan.candidates = enumerate_candidates(request);

  const bool energy_needed = needs_energy(plan.objective, bounds);
  if (energy_needed) require_energy(plan.candidates);
  judge(plan.candidates, bounds, energy_needed);
  choose(plan, bounds);
  set_baselines(plan, request.device);
  if (request.policy) {
    plan.policy =
        policy_regions(plan.candidates, plan.objective, plan.constraints, conditions_of(request));
  }
  warn_about_cells(plan, request.cells);
  warn_about_choice(plan);
  return plan;
}

}  // namespace splitbench
