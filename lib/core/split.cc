#include "core/split.h"

#include <algorithm>
#include <iterator>
#include <set>

#include "base/error.h"
#include "base/nearest.h"

namespace splitbench {
namespace {

std::size_t boundary_elements(const SplitPoint& split) {
  std::size_t elements = 0;
  for (const TensorSpec& tensor : split.boundary) elements += tensor.elements();
  return elements;
}

bool named(const SplitPoint& split, const std::string& name) {
  return split.id == name ||
         std::find(split.aliases.begin(), split.aliases.end(), name) != split.aliases.end();
}

bool in_group(const SplitPoint& split, const std::string& group) {
  if (group == "all") return split.boundary.size() <= 1 || split.kind != SplitKind::kInner;
  if (group == "all-widths") return true;
  if (split.kind != SplitKind::kInner) return false;
  return group == "blocks" ? split.block_end : split.natural_bottleneck;
}

bool is_group(const std::string& name) {
  return name == "all" || name == "all-widths" || name == "blocks" || name == "natural";
}

std::vector<std::size_t> matches(const std::vector<SplitPoint>& splits, const std::string& name) {
  std::vector<std::size_t> indices;
  std::vector<std::string> known = {"all", "all-widths", "blocks", "natural"};
  for (std::size_t i = 0; i < splits.size(); ++i) {
    if (is_group(name) ? in_group(splits[i], name) : named(splits[i], name)) indices.push_back(i);
    known.push_back(splits[i].id);
    known.insert(known.end(), splits[i].aliases.begin(), splits[i].aliases.end());
  }
  if (indices.empty() && !is_group(name)) {
    throw bad_input("the model has no split '" + name + "'" + suggestion(name, known) +
                    "; see: splitbench list splits MODEL");
  }
  return indices;
}

std::vector<std::string> comma_separated(const std::string& text) {
  std::vector<std::string> parts;
  std::size_t start = 0;
  while (start <= text.size()) {
    const std::size_t end = std::min(text.find(',', start), text.size());
    if (end > start) parts.push_back(text.substr(start, end - start));
    start = end + 1;
  }
  return parts;
}

}  // namespace

const char* split_kind_name(SplitKind kind) {
  switch (kind) {
    case SplitKind::kDeviceOnly:
      return "device-only";
    case SplitKind::kInner:
      return "inner";
    case SplitKind::kServerOnly:
      return "server-only";
  }
  return "inner";
}

void mark_natural_bottlenecks(std::vector<SplitPoint>& splits, std::size_t input_elements) {
  std::size_t record = input_elements;
  for (SplitPoint& split : splits) {
    const bool candidate = split.kind == SplitKind::kInner && split.block_end;
    split.natural_bottleneck = candidate && boundary_elements(split) < record;
    if (split.natural_bottleneck) record = boundary_elements(split);
  }
}

std::vector<std::size_t> select_splits(const std::vector<SplitPoint>& splits,
                                       const std::string& selection) {
  std::set<std::size_t> chosen;
  std::set<std::size_t> excluded;
  for (const std::string& name : comma_separated(selection)) {
    const bool exclude = name.front() == '-';
    const std::vector<std::size_t> found = matches(splits, exclude ? name.substr(1) : name);
    (exclude ? excluded : chosen).insert(found.begin(), found.end());
  }
  for (std::size_t i = 0; i < splits.size(); ++i) {
    if (splits[i].kind != SplitKind::kInner) chosen.insert(i);
  }
  std::vector<std::size_t> indices;
  std::set_difference(chosen.begin(), chosen.end(), excluded.begin(), excluded.end(),
                      std::back_inserter(indices));
  if (indices.empty()) throw bad_input("--split '" + selection + "' selects no split at all");
  return indices;
}

}  // namespace splitbench
