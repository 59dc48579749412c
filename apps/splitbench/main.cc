// splitbench: parses the command line, runs one command, turns what it throws into an exit code.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <iostream>
#include <new>

#include "base/error.h"
#include "command.h"
#include "config.h"
#include "help_formatter.h"
#include "io/profile_library.h"
#include "terminal.h"
#include "usage.h"

namespace splitbench {
namespace {

constexpr char kAbout[] =
    "splitbench: where to cut a neural network between a device and a server.\n\n"
    "  profile   on each machine: what every layer, head and tail costs\n"
    "  compress  on any machine: what every codec makes of every cut\n"
    "  plan      anywhere: the best split and codec for a link, and when to change\n";

constexpr char kExamples[] =
    "A first tour, with the model that comes along:\n"
    "  splitbench profile fashion-resnet --threads 1 -o device.json\n"
    "  splitbench compress fashion-resnet --dataset fashion-mnist --limit 1000 -o sweep\n"
    "  splitbench plan --device-profile device.json --server-profile device.json \\\n"
    "      --cells sweep --link wifi --max-accuracy-loss 0.01 -o plan.json\n"
    "  splitbench report plan.json\n\n"
    "Every option may come from a TOML file (--config) or from the environment\n"
    "(SPLITBENCH_THREADS for --threads). Exit codes: 0 done, 1 runtime error, 2 bad\n"
    "usage or input, 3 done but some cells failed, 4 no feasible plan, 5 a required\n"
    "measurement is missing.";

std::string own_folder() {
  std::error_code ignored;
  return std::filesystem::read_symlink("/proc/self/exe", ignored).string();
}

int run_program(int argc, char** argv, TerminalSink& sink) {
  CLI::App app{kAbout};
  app.name("splitbench");
  app.footer(kExamples);
  app.set_version_flag("--version",
                       "splitbench " SPLITBENCH_VERSION " (" SPLITBENCH_BUILD_TYPE ")");
  app.require_subcommand(1);
  app.fallthrough();
  app.formatter(std::make_shared<HelpFormatter>());
  bool quiet = false, print_config = false;
  app.add_flag("-q,--quiet", quiet, "No progress and no notes on stderr; warnings stay");
  app.add_flag("--print-config", print_config, "Print all options as TOML, with help, and stop")
      ->configurable(false);
  app.set_config("--config", "", "Read options from this TOML file");
  app.config_formatter(std::make_shared<TomlUnderEnvironment>(app));

  const std::vector<std::unique_ptr<Command>> commands = make_commands();
  std::vector<CLI::App*> parsers;
  for (const auto& command : commands) {
    parsers.push_back(app.add_subcommand(command->name(), command->summary()));
    command->configure(*parsers.back());
  }
  name_environment(app);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& wanted) {  // --help, --version
    return app.exit(wanted, std::cout, std::cerr);
  } catch (const CLI::ParseError& error) {
    throw bad_input(usage_text(app, error, argc, argv));
  }
  refuse_ignored_environment(app);
  for (const CLI::App* command : app.get_subcommands()) refuse_ignored_environment(*command);
  sink.set_quiet(quiet);
  if (print_config) {
    std::cout << app.config_to_str(true, true);
    return 0;
  }
  const Context context{{argv, argv + argc}, profile_folders(own_folder()), sink, app};
  for (std::size_t i = 0; i < commands.size(); ++i) {
    if (parsers[i]->parsed()) return commands[i]->run(context);
  }
  return 0;
}

}  // namespace
}  // namespace splitbench

int main(int argc, char** argv) {
  splitbench::TerminalSink sink;
  try {
    const int code = splitbench::run_program(argc, argv, sink);
    std::cout.flush();
    if (!std::cout) throw splitbench::runtime_failure("cannot write to standard output");
    return code;
  } catch (const splitbench::Error& error) {
    sink.error(error.what());
    return splitbench::exit_code(error.code());
  } catch (const std::bad_alloc&) {
    sink.error("out of memory; try fewer --threads, a smaller --batch or --memory");
  } catch (const std::exception& error) {
    sink.error(std::string("internal error: ") + error.what());
  }
  return splitbench::exit_code(splitbench::ErrorCode::kRuntime);
}
