// `splitbench merge`: the shards of a sweep as one.
#include <CLI/CLI.hpp>

#include "command.h"
#include "failed_cells.h"
#include "pipeline/merge_sweeps.h"

namespace splitbench {
namespace {

class MergeCommand : public Command {
 public:
  std::string name() const override { return "merge"; }
  std::string summary() const override { return "Join the shards of a sweep into one folder"; }

  void configure(CLI::App& app) override {
    app.add_option("DIR", folders_, "Folders of compress --shard, in any order")->required();
    app.add_option("-o,--output", target_, "Folder for the whole sweep")->required();
    app.footer(
        "Cells and front are those that one process would have written, times aside.\n"
        "Refuses shards of different sweeps, and names the shards and cells that are\n"
        "missing. Sweeps of the same images that were not sharded can be joined too.\n\n"
        "  splitbench merge shard-1 shard-2 shard-3 -o sweep\n"
        "  splitbench report sweep/front.json");
  }

  int run(const Context& context) override {
    RunRecorder recorder(context.argv, context.events);
    const MergedSweep merged = merge_sweeps(folders_, target_, recorder);
    const std::string repeated =
        merged.repeated == 0 ? "" : " (" + std::to_string(merged.repeated) + " were there twice)";
    context.events.note(std::to_string(merged.cells.size()) + " cells of " +
                        std::to_string(folders_.size()) + " folders in " + target_ + repeated +
                        "; read them with: splitbench report " + target_ + "/front.json");
    require_no_failed_cells(merged.failed, merged.cells.size(), target_, "");
    return 0;
  }

 private:
  std::vector<std::string> folders_;
  std::string target_;
};

}  // namespace

std::unique_ptr<Command> make_merge_command() { return std::make_unique<MergeCommand>(); }

}  // namespace splitbench
