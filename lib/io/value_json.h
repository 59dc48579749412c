// The value types of lib/core that several documents hold, as JSON. Private to lib/io.
#pragma once

#include "core/link.h"
#include "core/split.h"
#include "core/statistics.h"
#include "core/tensor.h"
#include "io/json.h"

namespace splitbench {

Json interval_json(const Interval& interval);  // [low, high]
Interval interval_from(const JsonNode& node, const NumberRange& range = kAnyNumber);

Json tensor_spec_json(const TensorSpec& spec);  // {"shape", "dtype"}
TensorSpec tensor_spec_from(const JsonNode& node);
Shape shape_from(const JsonNode& node);

// The cut itself, with boundary_bytes as its boundary has them.
Json split_point_json(const SplitPoint& split);

Json link_json(const Link& link);
// `rate_bps` must be there and positive; the other keys have the defaults of io/link_file.h.
Link link_from(const JsonNode& node, const std::string& default_name);

// Throws unless `node` holds one of the names of the enumerators; returns the enumerator.
template <typename Enum, std::size_t N>
Enum enum_from(const JsonNode& node, const Enum (&values)[N], const char* (*name)(Enum)) {
  const std::string text = node.text();
  std::string known;
  for (const Enum value : values) {
    if (text == name(value)) return value;
    known += (known.empty() ? "" : ", ") + std::string(name(value));
  }
  node.fail("is " + shown(text) + ", must be one of: " + known);
}

}  // namespace splitbench
