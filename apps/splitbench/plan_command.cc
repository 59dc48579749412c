// `splitbench plan`: the best split and codec for a link, from documents alone.
#include <CLI/CLI.hpp>
#include <filesystem>

#include "base/error.h"
#include "base/nearest.h"
#include "base/units.h"
#include "command.h"
#include "io/cells_file.h"
#include "io/document.h"
#include "io/link_file.h"
#include "io/output_file.h"
#include "io/plan_document.h"
#include "io/profile_document.h"
#include "io/profile_library.h"
#include "link/link.h"
#include "pipeline/run_recorder.h"
#include "plan/objective.h"
#include "plan/planner.h"

namespace splitbench {
namespace {

// Inline (`rate=8Mbit,rtt=20ms`), a file, or a name in profiles/links.
Link resolve_link(const std::string& text, const std::vector<std::string>& folders) {
  if (text.find('=') != std::string::npos || text.rfind("trace:", 0) == 0) return parse_link(text);
  std::error_code ignored;
  if (std::filesystem::is_regular_file(text, ignored)) return read_link_file(text);
  if (const auto path = find_named("links", text, folders)) return read_link_file(*path);
  throw bad_input("no link '" + text + "': neither a file nor a name in profiles/links" +
                  suggestion(text, list_named("links", folders)) +
                  "; or write it out: rate=8Mbit,rtt=20ms");
}

void warn_unless_valid(const RunRecord& run, const std::string& path, RunRecorder& recorder) {
  if (run.validity.valid) return;
  const std::vector<std::string>& reasons = run.validity.reasons;
  recorder.warning("the measurements in '" + path + "' may not be valid" +
                   (reasons.empty() ? "" : ": " + reasons.front()));
}

// Codec times are those of the machine that ran the sweep.
void warn_of_foreign_sweep(const std::string& cells, const std::string& device_host,
                           RunRecorder& recorder) {
  const std::filesystem::path manifest =
      std::filesystem::path(cells_path(cells)).parent_path() / "sweep.json";
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(manifest, ignored)) return;
  const std::string host = read_run(manifest.string()).environment.host;
  if (host == device_host) return;
  recorder.warning("the cells were measured on '" + host + "', the device profile on '" +
                   device_host + "': encode and decode times are those of the sweep's machine");
}

class PlanCommand : public Command {
 public:
  std::string name() const override { return "plan"; }
  std::string summary() const override {
    return "Choose split, codec and settings for a link, and say when to change";
  }

  void configure(CLI::App& app) override {
    app.add_option("--device-profile", device_, "profile.json measured on the device")->required();
    app.add_option("--server-profile", server_, "profile.json measured on the server")->required();
    app.add_option("--cells", cells_, "Folder of a sweep, or its cells.jsonl")->required();
    app.add_option("--link", link_,
                   "A name in profiles/links (wifi, lte, ...), a link file, or "
                   "rate=8Mbit,rtt=20ms[,downlink=20Mbit][,overhead=66B]")
        ->required();
    app.add_option("--server-load", request_.server_load,
                   "Share of the server's time taken by others, 0 to below 1; its stages take "
                   "1/(1-load) as long")
        ->capture_default_str();
    app.add_option("--device-scale", request_.device_scale,
                   "Model a device this many times slower than measured")
        ->capture_default_str();
    app.add_option("--server-scale", request_.server_scale,
                   "Model a server this many times slower than measured")
        ->capture_default_str();
    app.add_option("--objective", objective_,
                   "latency, energy, bytes, or weighted:latency=1,bytes=1e-6")
        ->capture_default_str();
    app.add_option("--max-accuracy-loss", request_.constraints.max_accuracy_loss,
                   "As a fraction: 0.01 is one point");
    app.add_option("--max-latency-s", request_.constraints.max_latency_s, "End to end, seconds");
    app.add_option("--max-energy-j", request_.constraints.max_energy_j, "Of the device, joules");
    app.add_option("--max-payload-bytes", request_.constraints.max_payload_bytes,
                   "Mean bytes on the uplink");
    app.add_flag("--policy", request_.policy,
                 "Add the exact table of link rates at which the best choice changes");
    app.add_option("-o,--output", output_, "plan.json to write; - for stdout")
        ->capture_default_str();
    app.add_flag("--dry-run", dry_run_, "Check the inputs and say what would be planned");
    app.footer(
        "Needs no LibTorch. Exit code 4 when nothing satisfies the constraints; the plan\n"
        "then names the nearest miss.\n\n"
        "  splitbench plan --device-profile device.json --server-profile server.json \\\n"
        "      --cells sweep --link rate=8Mbit,rtt=20ms --max-accuracy-loss 0.01 \\\n"
        "      --policy -o plan.json\n"
        "  splitbench report plan.json");
  }

  int run(const Context& context) override {
    OutputFile output(dry_run_ ? "-" : output_);
    RunRecorder recorder(context.argv, context.events);
    request_.device = read_profile(device_);
    request_.server = read_profile(server_);
    std::vector<std::string> warnings;
    request_.cells = read_cells(cells_, &warnings);
    for (const std::string& warning : warnings) recorder.warning(warning);
    warn_unless_valid(read_run(device_), device_, recorder);
    if (server_ != device_) warn_unless_valid(read_run(server_), server_, recorder);
    warn_of_foreign_sweep(cells_, request_.device.host, recorder);
    request_.link = resolve_link(link_, context.profile_folders);
    request_.objective = parse_objective(objective_);
    for (const std::string& path : {device_, server_, cells_path(cells_)}) recorder.add_input(path);
    if (dry_run_) {
      context.events.note("would plan " + request_.device.model_name + " over " +
                          std::to_string(request_.cells.size()) + " cells at " +
                          format_rate(request_.link.rate_bps));
      return 0;
    }
    const Plan plan = make_plan(request_);
    for (const std::string& warning : plan.warnings) recorder.warning(warning);
    output.commit(plan_document(plan, recorder.finish()));
    if (!plan.chosen) {
      throw Error(ErrorCode::kInfeasible, "no feasible plan; nearest miss: " + plan.nearest_miss);
    }
    context.events.note(plan.model_name + ": " + plan.chosen->split + " with " +
                        plan.chosen->codec + ", " +
                        format_duration(plan.chosen->estimate->latency_s) + " estimated" +
                        (output_ == "-" ? "" : "; read it with: splitbench report " + output_));
    return 0;
  }

 private:
  PlanRequest request_;
  std::string device_, server_, cells_, link_;
  std::string objective_ = "latency";
  std::string output_ = "-";
  bool dry_run_ = false;
};

}  // namespace

std::unique_ptr<Command> make_plan_command() { return std::make_unique<PlanCommand>(); }

}  // namespace splitbench
