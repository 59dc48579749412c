#include "config.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <iterator>

#include "base/error.h"
#include "base/nearest.h"
#include "usage.h"

namespace splitbench {
namespace {

// CLI11 reports the begin and end of a section as items of these names.
bool is_section_mark(const CLI::ConfigItem& item) { return item.name == "++" || item.name == "--"; }

bool is_unset(const CLI::ConfigItem& item) {
  return item.inputs.size() == 1 && (item.inputs[0].empty() || item.inputs[0] == "false");
}

bool in_environment(const std::string& option) {
  const char* value = std::getenv(environment_name(option).c_str());
  return value != nullptr && *value != '\0';
}

}  // namespace

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

void TomlUnderEnvironment::check_known(const CLI::ConfigItem& item) const {
  std::vector<std::string> names, commands;
  for (const CLI::App* command : commands_of(app_)) commands.push_back(command->get_name());
  const CLI::App* owner = &app_;
  if (!item.parents.empty()) {
    const auto found = std::find(commands.begin(), commands.end(), item.parents[0]);
    if (found == commands.end() || item.parents.size() > 1) {
      throw CLI::ConfigError("--config: no command '" + item.parents[0] + "'" +
                             suggestion(item.parents[0], commands));
    }
    owner = app_.get_subcommand(*found);
  }
  for (const CLI::Option* option : owner->get_options()) {
    names.push_back(option->get_single_name());
  }
  if (is_section_mark(item) || std::find(names.begin(), names.end(), item.name) != names.end()) {
    return;
  }
  const std::string where = item.parents.empty() ? "" : item.parents[0] + ".";
  throw CLI::ConfigError("--config: no option '" + where + item.name + "'" +
                         suggestion(item.name, names));
}

std::vector<CLI::ConfigItem> TomlUnderEnvironment::from_config(std::istream& input) const {
  const std::vector<CLI::ConfigItem> given = CLI::ConfigTOML::from_config(input);
  for (const CLI::ConfigItem& item : given) check_known(item);
  std::vector<CLI::ConfigItem> kept;
  std::copy_if(given.begin(), given.end(), std::back_inserter(kept),
               [](const CLI::ConfigItem& item) {
                 return !is_section_mark(item) && !is_unset(item) && !in_environment(item.name);
               });
  return kept;
}

void refuse_ignored_environment(const CLI::App& app) {
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_envname().empty() || option->count() != 0) continue;
    const char* value = std::getenv(option->get_envname().c_str());
    if (value == nullptr || *value == '\0') continue;
    throw bad_input("the environment's " + option->get_envname() + "='" + value +
                    "' does not suit " + option->get_name() + "; see: splitbench " +
                    app.get_name() + " --help");
  }
}

}  // namespace splitbench
