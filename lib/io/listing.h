// Tables of names (`splitbench list --format json`) as JSON.
#pragma once

#include <string>
#include <variant>
#include <vector>

namespace splitbench {

// {"schema": "splitbench.list", "schema_version", "data": {"<what>": [{key: value, ...}, ...]}}
// with null for monostate. Every row is as long as `keys`.
std::string listing_json(
    const std::string& what, const std::vector<std::string>& keys,
    const std::vector<std::vector<std::variant<std::monostate, std::string, double>>>& rows);

}  // namespace splitbench
