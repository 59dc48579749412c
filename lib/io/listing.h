// Tables of names (`splitbench list --format json`) as JSON.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "core/split.h"

namespace splitbench {

// {"schema": "splitbench.list", "schema_version", "data": {"<what>": [{key: value, ...}, ...]}}
// with null for monostate and whole numbers as integers. Every row is as long as `keys`.
std::string listing_json(
    const std::string& what, const std::vector<std::string>& keys,
    const std::vector<std::vector<std::variant<std::monostate, std::string, double>>>& rows);

// The same for the splits of a model, each as in a profile. Unless empty, `relative_errors` has one
// for each split; one that is not finite becomes null with a reason.
std::string splits_listing_json(const std::vector<SplitPoint>& splits,
                                const std::vector<double>& relative_errors);

}  // namespace splitbench
