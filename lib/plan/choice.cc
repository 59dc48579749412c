#include "plan/choice.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <tuple>

#include "base/units.h"
#include "plan/constraints.h"
#include "plan/objective.h"

namespace splitbench {
namespace {

// Of equals in what the objective looks at.
auto tie_key(const Candidate& c) {
  const Estimate& e = *c.estimate;
  return std::make_tuple(e.latency_s, e.payload_bytes, e.accuracy_loss, std::cref(c.split),
                         std::cref(c.codec));
}

double goal_value(const Goal& goal, const Candidate& candidate) {
  return *quantity_of(*candidate.estimate, goal.quantity);
}

// The most that a goal admits when `best` is the least there is.
double admitted(const Goal& goal, double best) {
  if (goal.quantity == Quantity::kLoss) return best + goal.tolerance;
  return best + goal.tolerance * std::abs(best);
}

const Candidate* lexicographic_choice(CandidatePointers candidates, const Objective& objective) {
  for (const Goal& goal : objective.goals) {
    double best = std::numeric_limits<double>::infinity();
    for (const Candidate* c : candidates) best = std::min(best, goal_value(goal, *c));
    const double limit = admitted(goal, best);
    const auto beyond = [&](const Candidate* c) { return goal_value(goal, *c) > limit; };
    candidates.erase(std::remove_if(candidates.begin(), candidates.end(), beyond),
                     candidates.end());
  }
  // What tolerances have left: the last goal decides, then the goals before it.
  const auto key = [&](const Candidate& c) {
    std::vector<double> values;
    for (auto goal = objective.goals.rbegin(); goal != objective.goals.rend(); ++goal) {
      values.push_back(goal_value(*goal, c));
    }
    return std::make_pair(values, tie_key(c));
  };
  return *std::min_element(
      candidates.begin(), candidates.end(),
      [&](const Candidate* a, const Candidate* b) { return key(*a) < key(*b); });
}

const Candidate* knee_choice(const CandidatePointers& candidates, const Objective& objective) {
  std::vector<Quantity> quantities;
  for (const Goal& goal : objective.goals) quantities.push_back(goal.quantity);
  const std::vector<std::size_t> found =
      knees(candidates, pareto_front(candidates, quantities), quantities);
  const Candidate* best = nullptr;
  for (const std::size_t i : found) {
    if (best == nullptr || tie_key(*candidates[i]) < tie_key(*best)) best = candidates[i];
  }
  return best;
}

std::string greater_text(const std::string& what, double value, double best,
                         const ValueText& text) {
  const auto [a, b] = distinct_texts(value, best, text);
  return what + " " + a + " > " + b;
}

// Where an equal in everything that counts lost.
std::string tie_reason(const std::string& tie, const Estimate& own, const Estimate& best) {
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

std::string goal_reason(const Candidate& candidate, const Candidate& choice,
                        const Objective& objective) {
  for (const Goal& goal : objective.goals) {
    const double own = goal_value(goal, candidate);
    const double best = goal_value(goal, choice);
    const auto text = [&](double v, int digits) { return goal_text(goal.quantity, v, digits); };
    const bool last = &goal == &objective.goals.back();
    if (own > admitted(goal, best) || (last && own > best)) {
      return greater_text(quantity_name(goal.quantity), own, best, text) + " of the choice";
    }
  }
  return tie_reason("not worse than the choice by more than the tolerances, but ",
                    *candidate.estimate, *choice.estimate);
}

}  // namespace

bool comparable(const Objective& objective, const Estimate& estimate) {
  return objective_value(objective, estimate) &&
         std::all_of(objective.goals.begin(), objective.goals.end(), [&](const Goal& goal) {
           return quantity_of(estimate, goal.quantity).has_value();
         });
}

bool preferred(const Candidate& a, const Candidate& b, const Objective& objective) {
  const double own = *objective_value(objective, *a.estimate);
  const double other = *objective_value(objective, *b.estimate);
  if (own != other) return own < other;
  return tie_key(a) < tie_key(b);
}

const Candidate* choose_among(CandidatePointers candidates, const Objective& objective) {
  if (candidates.empty()) return nullptr;
  switch (objective.form) {
    case Objective::Form::kLexicographic:
      return lexicographic_choice(std::move(candidates), objective);
    case Objective::Form::kKnee:
      return knee_choice(candidates, objective);
    case Objective::Form::kWeighted:
      break;
  }
  return *std::min_element(
      candidates.begin(), candidates.end(),
      [&](const Candidate* a, const Candidate* b) { return preferred(*a, *b, objective); });
}

std::string loss_reason(const Candidate& candidate, const Candidate& choice,
                        const Objective& objective) {
  if (objective.form == Objective::Form::kLexicographic) {
    return goal_reason(candidate, choice, objective);
  }
  if (objective.form == Objective::Form::kKnee) {
    return "not the point of the Pareto front closest to the ideal";
  }
  const std::string name = objective_name(objective);
  const double own = *objective_value(objective, *candidate.estimate);
  const double best = *objective_value(objective, *choice.estimate);
  if (own > best) {
    const auto text = [&](double value, int digits) {
      return objective_text(objective, value, digits);
    };
    return greater_text(name, own, best, text) + " of the choice";
  }
  return tie_reason("same " + name + " as the choice, but ", *candidate.estimate, *choice.estimate);
}

}  // namespace splitbench
