// The policy that a device carries as a file of its own (core/policy_table.h). Thread-safe for
// different paths.
#pragma once

#include <string>

#include "core/policy_table.h"

namespace splitbench {

// Larger files are refused before they are read.
constexpr std::size_t kMaxPolicyBytes = std::size_t{16} << 20;

// Throws Error{kBadInput} naming the file when it cannot be read or is no such table.
PolicyTable read_policy_table_file(const std::string& path);

}  // namespace splitbench
