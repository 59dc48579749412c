// What a subcommand is. Each sits in a file of its own and is named in commands.inc.
#pragma once

#include <CLI/App.hpp>
#include <memory>
#include <string>
#include <vector>

#include "base/event_sink.h"

namespace splitbench {

// What main() gives every command.
struct Context {
  std::vector<std::string> argv;
  std::vector<std::string> profile_folders;  // where models and links are looked up by name
  EventSink& events;
  const CLI::App& app;  // the whole program, for completions
};

class Command {
 public:
  virtual ~Command() = default;
  virtual std::string name() const = 0;
  virtual std::string summary() const = 0;
  // Adds options and footer to the subcommand's parser; the command must outlive the parser.
  virtual void configure(CLI::App& app) = 0;
  // Returns the exit code of a run that ended as it should: 0, 3 or 4. Throws Error otherwise.
  virtual int run(const Context& context) = 0;
};

// All commands, in the order of commands.inc.
std::vector<std::unique_ptr<Command>> make_commands();

}  // namespace splitbench
