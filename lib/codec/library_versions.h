// Versions of the compression libraries, for the record of a run: payload bytes depend on them.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace splitbench {

std::vector<std::pair<std::string, std::string>> codec_library_versions();

}  // namespace splitbench
