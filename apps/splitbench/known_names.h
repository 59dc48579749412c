// Options that take one of a few names.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace splitbench {

// Refuses every other value: "unknown <what> 'html', known: text, md, csv".
CLI::Validator known_names(const std::string& what, const std::vector<std::string>& names);

}  // namespace splitbench
