#include "usage.h"

#include <algorithm>

#include "base/nearest.h"

namespace splitbench {
namespace {

// The first argument that looks like an option of `command` and is none, or an empty string.
std::string unknown_option(const std::vector<std::string>& known, int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    if (argument == "--") break;
    const std::string name = argument.substr(0, argument.find('='));
    const bool is_option = name.rfind("--", 0) == 0;
    if (is_option && std::find(known.begin(), known.end(), name) == known.end()) return name;
  }
  return "";
}

}  // namespace

std::vector<std::string> option_names(const CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::Option* option : command.get_options()) {
    for (const std::string& name : option->get_snames()) names.push_back("-" + name);
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  return names;
}

std::vector<const CLI::App*> commands_of(const CLI::App& app) {
  return app.get_subcommands([](const CLI::App*) { return true; });
}

std::string usage_text(const CLI::App& app, const CLI::ParseError& error, int argc, char** argv) {
  std::vector<std::string> commands;
  for (const CLI::App* command : commands_of(app)) commands.push_back(command->get_name());
  const bool known = argc < 2 || argv[1][0] == '-' ||
                     std::find(commands.begin(), commands.end(), argv[1]) != commands.end();
  if (!known) return "no command '" + std::string(argv[1]) + "'" + suggestion(argv[1], commands);

  std::vector<std::string> options = option_names(app);
  std::string command;
  if (!app.get_subcommands().empty()) {
    command = " " + app.get_subcommands()[0]->get_name();
    const std::vector<std::string> more = option_names(*app.get_subcommands()[0]);
    options.insert(options.end(), more.begin(), more.end());
  }
  const std::string help = "; see: splitbench" + command + " --help";
  const std::string option = unknown_option(options, argc, argv);
  if (!option.empty()) {
    const std::string near = nearest_name(option, options);
    return "no option '" + option + "'" + (near.empty() ? "" : " (did you mean '" + near + "'?)") +
           help;
  }
  std::string text = error.what();
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text + help;
}

}  // namespace splitbench
