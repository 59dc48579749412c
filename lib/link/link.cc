#include "link/link.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <vector>

#include "base/error.h"
#include "base/nearest.h"

namespace splitbench {
namespace {

struct Unit {
  const char* name;
  double size;
};

struct Quantity {
  const char* what;
  const char* example;
  bool zero_allowed;
  std::vector<Unit> units;
};

const char* const kLinkExample = "rate=8Mbit,rtt=20ms";

double unit_size(const std::string& text, const std::string& name, const Quantity& quantity) {
  std::vector<std::string> known;
  for (const Unit& unit : quantity.units) {
    if (name == unit.name) return unit.size;
    known.push_back(unit.name);
  }
  if (name.empty()) {
    throw bad_input(std::string(quantity.what) + " '" + text + "' has no unit; write e.g. " +
                    quantity.example);
  }
  throw bad_input(std::string(quantity.what) + " '" + text + "': unknown unit '" + name + "'" +
                  suggestion(name, known) + "; write e.g. " + quantity.example);
}

double parse_quantity(const std::string& text, const Quantity& quantity) {
  const char* end = text.data() + text.size();
  double number = 0;
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || !std::isfinite(number)) {
    throw bad_input(std::string(quantity.what) + " '" + text +
                    "' is not a finite number with a unit; write e.g. " + quantity.example);
  }
  const char* unit = rest;
  while (unit != end && *unit == ' ') ++unit;
  const double value = number * unit_size(text, std::string(unit, end), quantity);
  if (std::signbit(value) || (value == 0 && !quantity.zero_allowed) || !std::isfinite(value)) {
    throw bad_input(std::string(quantity.what) + " '" + text + "' must be " +
                    (quantity.zero_allowed ? "zero or more" : "above zero") +
                    " and finite; write e.g. " + quantity.example);
  }
  return value;
}

std::map<std::string, std::string> parse_fields(const std::string& text) {
  const std::vector<std::string> known = {"rate", "rtt", "downlink", "overhead"};
  std::map<std::string, std::string> fields;
  std::size_t start = 0;
  while (start <= text.size()) {
    const std::size_t end = std::min(text.find(',', start), text.size());
    const std::string item = text.substr(start, end - start);
    const std::size_t equals = item.find('=');
    if (equals == std::string::npos) {
      throw bad_input("link '" + text + "': '" + item + "' is not key=value; write e.g. " +
                      kLinkExample);
    }
    const std::string key = item.substr(0, equals);
    if (std::find(known.begin(), known.end(), key) == known.end()) {
      throw bad_input("link '" + text + "': unknown key '" + key + "'" + suggestion(key, known));
    }
    if (!fields.emplace(key, item.substr(equals + 1)).second) {
      throw bad_input("link '" + text + "': key '" + key + "' is given twice");
    }
    start = end + 1;
  }
  return fields;
}

const std::string& required(const std::map<std::string, std::string>& fields,
                            const std::string& key, const std::string& text) {
  const auto field = fields.find(key);
  if (field != fields.end()) return field->second;
  throw bad_input("link '" + text + "' has no " + key + "; write e.g. " + kLinkExample);
}

}  // namespace

double parse_rate_bps(const std::string& text) {
  return parse_quantity(text, {"rate",
                               "8Mbit",
                               false,
                               {{"bit", 1},
                                {"kbit", 1e3},
                                {"Mbit", 1e6},
                                {"Gbit", 1e9},
                                {"bit/s", 1},
                                {"kbit/s", 1e3},
                                {"Mbit/s", 1e6},
                                {"Gbit/s", 1e9},
                                {"bps", 1},
                                {"kbps", 1e3},
                                {"Mbps", 1e6},
                                {"Gbps", 1e9},
                                {"B/s", 8},
                                {"kB/s", 8e3},
                                {"MB/s", 8e6},
                                {"GB/s", 8e9}}});
}

double parse_duration_s(const std::string& text) {
  return parse_quantity(
      text, {"duration", "20ms", true, {{"ns", 1e-9}, {"us", 1e-6}, {"ms", 1e-3}, {"s", 1}}});
}

double parse_size_bytes(const std::string& text) {
  return parse_quantity(text, {"size",
                               "66B",
                               true,
                               {{"B", 1},
                                {"kB", 1e3},
                                {"MB", 1e6},
                                {"GB", 1e9},
                                {"KiB", 0x1p10},
                                {"MiB", 0x1p20},
                                {"GiB", 0x1p30}}});
}

Link parse_link(const std::string& text) {
  if (text.rfind("trace:", 0) == 0) {
    throw bad_input("link '" + text +
                    "': traces are not supported here; "
                    "write one rate, e.g. " +
                    kLinkExample);
  }
  const std::map<std::string, std::string> fields = parse_fields(text);
  Link link;
  link.name = text;
  link.rate_bps = parse_rate_bps(required(fields, "rate", text));
  link.rtt_s = parse_duration_s(required(fields, "rtt", text));
  const auto downlink = fields.find("downlink");
  link.downlink_follows = downlink == fields.end();
  link.downlink_bps = link.downlink_follows ? link.rate_bps : parse_rate_bps(downlink->second);
  const auto overhead = fields.find("overhead");
  link.overhead_bytes = overhead == fields.end() ? 0 : parse_size_bytes(overhead->second);
  validate(link);
  return link;
}

}  // namespace splitbench
