#include "config.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>

namespace splitbench {

std::string environment_name(const std::string& option) {
  std::string name = "SPLITBENCH_";
  for (const char c : option) {
    name += c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  }
  return name;
}

void name_environment(CLI::App& app) {
  for (CLI::Option* option : app.get_options()) {
    const std::vector<std::string>& names = option->get_lnames();
    const bool about_program = !names.empty() && (names[0] == "help" || names[0] == "version");
    if (!names.empty() && !about_program) option->envname(environment_name(names[0]));
  }
  for (CLI::App* command : app.get_subcommands([](CLI::App*) { return true; })) {
    name_environment(*command);
  }
}

std::vector<CLI::ConfigItem> TomlUnderEnvironment::from_config(std::istream& input) const {
  std::vector<CLI::ConfigItem> items = CLI::ConfigTOML::from_config(input);
  items.erase(std::remove_if(items.begin(), items.end(),
                             [](const CLI::ConfigItem& item) {
                               return std::getenv(environment_name(item.name).c_str()) != nullptr;
                             }),
              items.end());
  return items;
}

}  // namespace splitbench
