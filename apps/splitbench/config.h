// Options from the environment and from a TOML file: command line over environment over file.
#pragma once

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <string>
#include <vector>

namespace splitbench {

// SPLITBENCH_MAX_LATENCY_S for --max-latency-s: the same name in every subcommand.
std::string environment_name(const std::string& option);

// Gives every long option of `app` and its subcommands its environment variable.
void name_environment(CLI::App& app);

// A TOML reader that leaves out what the environment sets; CLI11 itself would let the file win.
class TomlUnderEnvironment : public CLI::ConfigTOML {
 public:
  std::vector<CLI::ConfigItem> from_config(std::istream& input) const override;
};

}  // namespace splitbench
