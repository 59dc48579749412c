#include "plan/objective.h"

#include <algorithm>
#include <map>
#include <set>
#include <vector>

#include "base/error.h"
#include "base/nearest.h"
#include "base/spec.h"
#include "base/units.h"

namespace splitbench {
namespace {

const char* const kWeightedPrefix = "weighted:";
const char* const kLexicographicPrefix = "lexicographic:";
const char* const kKneePrefix = "knee:";

constexpr Quantity kQuantities[] = {Quantity::kLatency, Quantity::kEnergy, Quantity::kBytes,
                                    Quantity::kLoss,    Quantity::kMemory, Quantity::kPeriod};
constexpr std::size_t kMostKneeGoals = 3;
constexpr double kMostWeight = 1e12;  // keeps sums finite

// No weight, no goal.
Objective named(const std::string& text) {
  Objective objective;
  objective.name = text;
  objective.latency_weight = 0;
  return objective;
}

std::vector<std::string> items_of(const std::string& text, std::size_t start) {
  std::vector<std::string> items;
  while (start <= text.size()) {
    const std::size_t end = std::min(text.find(',', start), text.size());
    items.push_back(text.substr(start, end - start));
    start = end + 1;
  }
  return items;
}

Quantity parse_quantity_name(const std::string& name, const std::string& objective) {
  std::vector<std::string> known;
  for (const Quantity quantity : kQuantities) {
    if (name == quantity_name(quantity)) return quantity;
    known.emplace_back(quantity_name(quantity));
  }
  throw bad_input("objective '" + objective + "': unknown goal '" + name + "'" +
                  suggestion(name, known));
}

void add_goal(Objective& objective, const std::string& item) {
  const std::size_t equals = std::min(item.find('='), item.size());
  Goal goal;
  goal.quantity = parse_quantity_name(item.substr(0, equals), objective.name);
  for (const Goal& other : objective.goals) {
    if (other.quantity != goal.quantity) continue;
    throw bad_input("objective '" + objective.name + "' names " + quantity_name(goal.quantity) +
                    " twice");
  }
  if (equals < item.size()) {
    const std::string where = "objective '" + objective.name + "', tolerance of " + item;
    goal.tolerance = parse_number(item.substr(equals + 1), where);
    const bool knee = objective.form == Objective::Form::kKnee;
    if (knee || !(goal.tolerance >= 0 && goal.tolerance <= 1e6)) {
      throw bad_input(where + (knee ? ": a knee has none" : " must be 0 to 1e6 (0.05 is 5 %)"));
    }
  }
  objective.goals.push_back(goal);
}

Objective parse_goals(const std::string& text, Objective::Form form, std::size_t start) {
  Objective objective = named(text);
  objective.form = form;
  for (const std::string& item : items_of(text, start)) add_goal(objective, item);
  if (form == Objective::Form::kKnee && objective.goals.size() > kMostKneeGoals) {
    throw bad_input("objective '" + text + "' has more than three goals");
  }
  return objective;
}

void set_weight(Objective& objective, const std::string& item) {
  const std::size_t equals = item.find('=');
  if (equals == std::string::npos) {
    throw bad_input("objective '" + objective.name + "': '" + item +
                    "' is not key=weight; write e.g. weighted:latency=1,bytes=1e-6");
  }
  const std::map<std::string, double*> weights = {{"latency", &objective.latency_weight},
                                                  {"energy", &objective.energy_weight},
                                                  {"bytes", &objective.bytes_weight}};
  const std::string key = item.substr(0, equals);
  const auto weight = weights.find(key);
  if (weight == weights.end()) {
    throw bad_input("objective '" + objective.name + "': unknown key '" + key + "'" +
                    suggestion(key, {"latency", "energy", "bytes"}));
  }
  const std::string where = "objective '" + objective.name + "', weight of " + key;
  const double value = parse_number(item.substr(equals + 1), where);
  if (!(value >= 0 && value <= kMostWeight)) {
    throw bad_input(where + " is " + format_number(value) + "; it must be 0 to 1e12");
  }
  *weight->second = value;
}

// A weight that is given twice would be one of the two.
void check_repeated(const std::vector<std::string>& items, const std::string& objective) {
  std::set<std::string> keys;
  for (const std::string& item : items) {
    const std::string key = item.substr(0, item.find('='));
    if (keys.insert(key).second) continue;
    throw bad_input("objective '" + objective + "' names " + key + " twice");
  }
}

Objective parse_weighted(const std::string& text) {
  Objective objective = named(text);
  const std::vector<std::string> items = items_of(text, std::string(kWeightedPrefix).size());
  for (const std::string& item : items) set_weight(objective, item);
  check_repeated(items, text);
  if (objective.latency_weight + objective.energy_weight + objective.bytes_weight == 0) {
    throw bad_input("objective '" + text + "' has no weight above zero");
  }
  return objective;
}

// Whether only one quantity counts, with weight 1, so that the value has that quantity's unit.
bool only(double weight, double other, double another) {
  return weight == 1 && other == 0 && another == 0;
}

}  // namespace

Objective parse_objective(const std::string& text) {
  Objective objective = named(text);
  if (text == "latency" || text == "energy" || text == "bytes") {
    objective.latency_weight = text == "latency" ? 1 : 0;
    objective.energy_weight = text == "energy" ? 1 : 0;
    objective.bytes_weight = text == "bytes" ? 1 : 0;
    return objective;
  }
  if (text.rfind(kWeightedPrefix, 0) == 0) return parse_weighted(text);
  if (text.rfind(kLexicographicPrefix, 0) == 0) {
    return parse_goals(text, Objective::Form::kLexicographic,
                       std::string(kLexicographicPrefix).size());
  }
  if (text == "knee" || text.rfind(kKneePrefix, 0) == 0) {
    Objective knee = parse_goals(text == "knee" ? "knee:latency,bytes,loss" : text,
                                 Objective::Form::kKnee, std::string(kKneePrefix).size());
    knee.name = text;
    return knee;
  }
  throw bad_input(
      "unknown objective '" + text + "'" +
      suggestion(text, {"latency", "energy", "bytes", "weighted", "lexicographic", "knee"}) +
      "; write e.g. weighted:latency=1,energy=0.5,bytes=1e-6, lexicographic:latency=0.05,bytes or "
      "knee:latency,loss");
}

std::string objective_name(const Objective& o) {
  if (!o.goals.empty()) return quantity_name(o.goals.front().quantity);
  if (only(o.latency_weight, o.energy_weight, o.bytes_weight)) return "latency";
  if (only(o.energy_weight, o.latency_weight, o.bytes_weight)) return "energy";
  if (only(o.bytes_weight, o.latency_weight, o.energy_weight)) return "payload";
  return "objective";
}

std::string objective_text(const Objective& objective, double value, int digits) {
  if (!objective.goals.empty()) return goal_text(objective.goals.front().quantity, value, digits);
  const std::string name = objective_name(objective);
  if (name == "latency") return format_duration(value, digits);
  if (name == "energy") return format_energy(value, digits);
  if (name == "payload") return format_bytes(value, digits);
  return format_plain(value, digits);
}

std::string goal_text(Quantity quantity, double value, int digits) {
  switch (quantity) {
    case Quantity::kLatency:
    case Quantity::kPeriod:
      return format_duration(value, digits);
    case Quantity::kEnergy:
      return format_energy(value, digits);
    case Quantity::kBytes:
    case Quantity::kMemory:
      return format_bytes(value, digits);
    case Quantity::kLoss:
      break;
  }
  return format_plain(value, digits);
}

}  // namespace splitbench
