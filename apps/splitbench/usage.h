// What went wrong on the command line, in one line with the nearest name.
#pragma once

#include <CLI/App.hpp>
#include <string>
#include <vector>

namespace splitbench {

// The options of one command, as they are typed: "-o", "--output".
std::vector<std::string> option_names(const CLI::App& command);

// All subcommands of the program.
std::vector<const CLI::App*> commands_of(const CLI::App& app);

// The message for an error of the parser.
std::string usage_text(const CLI::App& app, const CLI::ParseError& error, int argc, char** argv);

}  // namespace splitbench
