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

}  // namespace

std::map<std::string, std::string> spec_labels(const std::vector<std::string>& specs) {
  // name -> option -> the values it takes
  std::map<std::string, std::map<std::string, std::set<std::string>>> values;
  std::map<std::string, std::set<std::string>> distinct;  // name -> its specs
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
    labels[text] = text;
    if (distinct[spec->name].size() < 2) continue;
    for (const auto& [key, taken] : values[spec->name]) {
      if (taken.size() == 1) spec->options.erase(key);
    }
    labels[text] = spec->canonical();
  }
  return labels;
}

}  // namespace splitbench
