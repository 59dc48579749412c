#include "core/power_model.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <vector>

#include "base/error.h"
#include "base/nearest.h"
#include "base/spec.h"

namespace splitbench {
namespace {

constexpr double kMbit = 1e6;
const std::vector<std::string> kKeys = {
    "compute_w",          "idle_w", "radio_w", "radio_w_per_mbit", "receive_w",
    "receive_w_per_mbit", "tail_j"};

std::map<std::string, double> parse_fields(const std::string& text) {
  std::map<std::string, double> fields;
  std::size_t start = 0;
  while (start <= text.size()) {
    const std::size_t end = std::min(text.find(',', start), text.size());
    const std::string item = text.substr(start, end - start);
    const std::size_t equals = std::min(item.find('='), item.size());
    const std::string key = item.substr(0, equals);
    if (std::find(kKeys.begin(), kKeys.end(), key) == kKeys.end()) {
      throw bad_input("power '" + text + "': unknown key '" + key + "'" + suggestion(key, kKeys));
    }
    const std::string where = "power '" + text + "', " + key;
    const double value = parse_number(equals < item.size() ? item.substr(equals + 1) : "", where);
    if (!(value >= 0) || !std::isfinite(value)) {
      throw bad_input(where + " is " + format_number(value) + "; it must be 0 or more");
    }
    if (!fields.emplace(key, value).second) throw bad_input(where + " is given twice");
    start = end + 1;
  }
  return fields;
}

}  // namespace

PowerModel parse_power(const std::string& text) {
  const std::map<std::string, double> fields = parse_fields(text);
  const auto get = [&](const char* key) {
    const auto field = fields.find(key);
    return field == fields.end() ? std::nullopt : std::optional<double>(field->second);
  };
  PowerModel power;
  power.compute_w = get("compute_w");
  power.idle_w = get("idle_w");
  power.radio_w = get("radio_w");
  power.receive_w = get("receive_w");
  power.tail_j = get("tail_j");
  const auto slope = [&](const char* key, const std::optional<double>& base) {
    const std::optional<double> value = get(key);
    if (value && !base) throw bad_input("power '" + text + "': " + key + " without its base");
    return value.value_or(0) / kMbit;
  };
  power.radio_w_per_bps = slope("radio_w_per_mbit", power.radio_w);
  power.receive_w_per_bps = slope("receive_w_per_mbit", power.receive_w);
  return power;
}

}  // namespace splitbench
