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

// Newer versions of CLI11 pass over an environment variable whose value does not suit its option.
// Call after parsing, with the program and with the command that was named.
// Throws Error{kBadInput} naming the variable.
void refuse_ignored_environment(const CLI::App& app);

// A TOML reader with the order above (CLI11 itself would let the file win over the environment). It
// refuses keys that are no option, and takes what `--print-config` writes: an empty text or a
// `false` leaves its option as it is, and a section for one command does not run it.
class TomlUnderEnvironment : public CLI::ConfigTOML {
 public:
  // `app` must outlive the reader and be complete when it reads.
  explicit TomlUnderEnvironment(const CLI::App& app) : app_(app) {}

  // Throws CLI::ConfigError for an unknown command or option, with the nearest.
  std::vector<CLI::ConfigItem> from_config(std::istream& input) const override;

 private:
  void check_known(const CLI::ConfigItem& item) const;

  const CLI::App& app_;
};

}  // namespace splitbench
