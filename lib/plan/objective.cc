#include "plan/objective.h"

#include <algorithm>
#include <map>
#include <vector>

#include "base/error.h"
#include "base/nearest.h"
#include "base/spec.h"
#include "base/units.h"

namespace splitbench {
namespace {

const char* const kWeightedPrefix = "weighted:";

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
  if (value < 0) throw bad_input(where + " is " + format_number(value) + "; it must be 0 or more");
  *weight->second = value;
}

Objective parse_weighted(const std::string& text) {
  Objective objective{text, 0, 0, 0};
  std::size_t start = std::string(kWeightedPrefix).size();
  while (start <= text.size()) {
    const std::size_t end = std::min(text.find(',', start), text.size());
    set_weight(objective, text.substr(start, end - start));
    start = end + 1;
  }
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
  if (text == "latency") return {text, 1, 0, 0};
  if (text == "energy") return {text, 0, 1, 0};
  if (text == "bytes") return {text, 0, 0, 1};
  if (text.rfind(kWeightedPrefix, 0) == 0) return parse_weighted(text);
  throw bad_input("unknown objective '" + text + "'" +
                  suggestion(text, {"latency", "energy", "bytes", "weighted"}) +
                  "; a weighted sum is written weighted:latency=1,energy=0.5,bytes=1e-6");
}

std::string objective_name(const Objective& o) {
  if (only(o.latency_weight, o.energy_weight, o.bytes_weight)) return "latency";
  if (only(o.energy_weight, o.latency_weight, o.bytes_weight)) return "energy";
  if (only(o.bytes_weight, o.latency_weight, o.energy_weight)) return "payload";
  return "objective";
}

std::string objective_text(const Objective& objective, double value, int digits) {
  const std::string name = objective_name(objective);
  if (name == "latency") return format_duration(value, digits);
  if (name == "energy") return format_energy(value, digits);
  if (name == "payload") return format_bytes(value, digits);
  return format_plain(value, digits);
}

}  // namespace splitbench
