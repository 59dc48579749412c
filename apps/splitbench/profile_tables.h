// The tables of `splitbench list models|links|devices`: what the profile folders name.
#pragma once

#include <string>
#include <vector>

#include "report/table.h"

namespace splitbench {

// `folders` as in io/profile_library.h. Each throws Error{kBadInput} for a file that is damaged.
Table models_table(const std::vector<std::string>& folders);
Table links_table(const std::vector<std::string>& folders);
Table devices_table(const std::vector<std::string>& folders);

}  // namespace splitbench
