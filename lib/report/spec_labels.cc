#include "report/spec_labels.h"

#include <optional>
#include <set>

#include "base/error.h"
#include "base/spec.h"

namespace splitbench {
namespace {

std::optional<Spec> parsed(const std::string& text) {
  try {
    return parse_spec(text);
  } catch (const Error&) {
    return std::nullopt;  // documents are not trusted to hold specs
  }
}

using Values = std::set<std::string>;

// "profiles/bottlenecks/layer2.bottleneck": "layer2".
std::string stem(const std::string& value) {
  const std::string name = value.substr(value.rfind('/') + 1);
  const std::size_t dot = name.rfind('.');
  return dot == std::string::npos || dot == 0 ? name : name.substr(0, dot);
}

// Files go by their stems where these tell them apart.
std::string short_value(const std::string& value, const Values& taken) {
  if (value.find('/') == std::string::npos) return value;
  Values stems;
  for (const std::string& other : taken) stems.insert(stem(other));
  return stems.size() == taken.size() ? stem(value) : value;
}

}  // namespace

std::map<std::string, std::string> spec_labels(const std::vector<std::string>& specs) {
  // name -> option -> the values it takes
  std::map<std::string, std::map<std::string, Values>> values;
  std::map<std::string, Values> distinct;  // name -> its specs
  for (const std::string& text : specs) {
    const std::optional<Spec> spec = parsed(text);
    if (!spec) continue;
    distinct[spec->name].insert(text);
    for (const auto& [key, value] : spec->options) values[spec->name][key].insert(value);
  }
  std::map<std::string, std::string> labels;
  for (const std::string& text : specs) {
    std::optional<Spec> spec = parsed(text);
    if (!spec) {
      labels[text] = text;
      continue;
    }
    const bool alone = distinct[spec->name].size() < 2;
    for (const auto& [key, taken] : values[spec->name]) {
      const auto option = spec->options.find(key);
      if (option == spec->options.end()) continue;
      option->second = short_value(option->second, taken);
      if (taken.size() == 1 && !alone) spec->options.erase(option);
    }
    labels[text] = spec->canonical();
  }
  return labels;
}

}  // namespace splitbench
