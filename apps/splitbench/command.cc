#include "command.h"

namespace splitbench {

#define SPLITBENCH_COMMAND(name) std::unique_ptr<Command> make_##name##_command();
#include "commands.inc"
#undef SPLITBENCH_COMMAND

std::vector<std::unique_ptr<Command>> make_commands() {
  std::vector<std::unique_ptr<Command>> commands;
#define SPLITBENCH_COMMAND(name) commands.push_back(make_##name##_command());
#include "commands.inc"
#undef SPLITBENCH_COMMAND
  return commands;
}

}  // namespace splitbench
