// `splitbench completions`: completion scripts for bash, zsh and fish, made from the parser itself.
#include <CLI/CLI.hpp>
#include <iostream>

#include "command.h"
#include "usage.h"

namespace splitbench {
namespace {

std::string words(const std::vector<std::string>& list) {
  std::string text;
  for (const std::string& word : list) text += (text.empty() ? "" : " ") + word;
  return text;
}

std::string command_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* command : commands_of(app)) names.push_back(command->get_name());
  return words(names);
}

std::string bash_script(const CLI::App& app) {
  std::string script =
      "# bash completion for splitbench: source it, or put it in\n"
      "# ~/.local/share/bash-completion/completions/splitbench\n"
      "_splitbench() {\n"
      "  local current=\"${COMP_WORDS[COMP_CWORD]}\" command=\"${COMP_WORDS[1]}\" options\n"
      "  if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
      "    COMPREPLY=($(compgen -W \"" +
      command_names(app) + " " + words(option_names(app)) +
      "\" -- \"$current\"))\n    return\n  fi\n  case \"$command\" in\n";
  for (const CLI::App* command : commands_of(app)) {
    script +=
        "    " + command->get_name() + ") options=\"" + words(option_names(*command)) + "\" ;;\n";
  }
  return script +
         "  esac\n"
         "  if [[ \"$current\" == -* ]]; then\n"
         "    COMPREPLY=($(compgen -W \"$options\" -- \"$current\"))\n"
         "  else\n"
         "    COMPREPLY=($(compgen -f -- \"$current\"))\n"
         "  fi\n}\n"
         "complete -o filenames -F _splitbench splitbench\n";
}

// zsh reads bash completions.
std::string zsh_script(const CLI::App& app) {
  return "#compdef splitbench\nautoload -U +X bashcompinit && bashcompinit\n" + bash_script(app);
}

std::string quoted(std::string text) {
  std::string safe;
  for (const char c : text) safe += c == '\'' ? std::string("\\'") : std::string(1, c);
  return "'" + safe + "'";
}

std::string fish_script(const CLI::App& app) {
  std::string script = "# fish completion for splitbench: put it in ~/.config/fish/completions\n";
  for (const CLI::App* command : commands_of(app)) {
    script += "complete -c splitbench -n __fish_use_subcommand -a " + command->get_name() + " -d " +
              quoted(command->get_description()) + "\n";
    for (const CLI::Option* option : command->get_options()) {
      for (const std::string& name : option->get_lnames()) {
        script += "complete -c splitbench -n '__fish_seen_subcommand_from " + command->get_name() +
                  "' -l " + name + " -d " + quoted(option->get_description()) + "\n";
      }
    }
  }
  return script;
}

class CompletionsCommand : public Command {
 public:
  std::string name() const override { return "completions"; }
  std::string summary() const override { return "Print a completion script for bash, zsh or fish"; }

  void configure(CLI::App& app) override {
    app.add_option("SHELL", shell_, "bash, zsh or fish")
        ->required()
        ->check(CLI::IsMember({"bash", "zsh", "fish"}));
    app.footer(
        "  source <(splitbench completions bash)\n"
        "  splitbench completions zsh > ~/.zfunc/_splitbench\n"
        "  splitbench completions fish > ~/.config/fish/completions/splitbench.fish");
  }

  int run(const Context& context) override {
    std::cout << (shell_ == "bash"  ? bash_script(context.app)
                  : shell_ == "zsh" ? zsh_script(context.app)
                                    : fish_script(context.app));
    return 0;
  }

 private:
  std::string shell_;
};

}  // namespace

std::unique_ptr<Command> make_completions_command() {
  return std::make_unique<CompletionsCommand>();
}

}  // namespace splitbench
