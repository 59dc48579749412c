#include "known_names.h"

#include <algorithm>

namespace splitbench {

CLI::Validator known_names(const std::string& what, const std::vector<std::string>& names) {
  const auto check = [what, names](const std::string& value) {
    if (std::find(names.begin(), names.end(), value) != names.end()) return std::string();
    return "unknown " + what + " '" + value + "', known: " + CLI::detail::join(names, ", ");
  };
  return CLI::Validator(check, "{" + CLI::detail::join(names) + "}");
}

}  // namespace splitbench
